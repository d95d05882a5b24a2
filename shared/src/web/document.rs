//! Finishes the OpenAPI document of a door: who it is, how to sign in, aliases.

use utoipa::PartialSchema;
use utoipa::openapi::{
    ComponentsBuilder, Deprecated, InfoBuilder, License, OpenApi, PathItem,
    security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};

use super::envelope::Failure;

/// Adds title, licence, the security schemes and the failure body.
pub fn finish(api: &mut OpenApi, title: &str, description: &str) {
    api.info = InfoBuilder::new()
        .title(title)
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(description))
        .license(Some(License::new("MIT")))
        .build();
    let bearer = |text: &str| {
        SecurityScheme::Http(
            HttpBuilder::new()
                .scheme(HttpAuthScheme::Bearer)
                .bearer_format("JWT")
                .description(Some(text))
                .build(),
        )
    };
    let components = api.components.get_or_insert_with(|| ComponentsBuilder::new().build());
    components.add_security_scheme("staff", bearer("A staff token of POST /api/auth/login"));
    components.add_security_scheme("client", bearer("A member token of POST /api/clients/verify-activation"));
    components.schemas.insert("Failure".to_owned(), Failure::schema());
}

/// Marks every operation as an alias of another path, kept for installed apps.
pub fn mark_as_alias(api: &mut OpenApi, suffix: &str) {
    for item in api.paths.paths.values_mut() {
        for operation in operations(item) {
            operation.deprecated = Some(Deprecated::True);
            if let Some(id) = &mut operation.operation_id {
                id.push('_');
                id.push_str(suffix);
            }
        }
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut utoipa::openapi::path::Operation> {
    [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete].into_iter().flatten()
}
