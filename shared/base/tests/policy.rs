//! The whole policy on one page that a manager can read: `policy.txt`, committed and compared.

#[cfg(test)]
mod page {
    use std::fmt::Write as _;

    use base::{
        access::{Capability, Reach, Role, reach},
        testing::assert_committed,
    };

    const HEAD: &str = "What each role may do, and how far.

    .  not at all
    b  in the branches they work at
    G  in every branch of their gym
    A  in every gym of the platform
    $  moves money: the same request again within ten seconds counts as a double click

";

    const fn mark(reach: Reach) -> char {
        match reach {
            Reach::Nowhere => '.',
            Reach::OwnBranches => 'b',
            Reach::WholeGym => 'G',
            Reach::Platform => 'A',
        }
    }

    /// The roles, written downwards so that their columns stay narrow.
    fn columns() -> String {
        let mut page = String::new();
        for (at, role) in Role::ALL.into_iter().enumerate() {
            let bars = "|  ".repeat(at);
            writeln!(page, "{:92}{bars}{}", "", role.as_str().replace('_', " ")).unwrap();
        }
        let bars = "|  ".repeat(Role::ALL.len());
        writeln!(page, "{:92}{bars}moves money", "").unwrap();
        page
    }

    #[test]
    fn the_page_shows_what_the_code_does() {
        let mut page = HEAD.to_owned() + &columns();
        for capability in Capability::ALL.iter().copied() {
            let money = if capability.moves_money() { '$' } else { '.' };
            let marks: Vec<String> = Role::ALL
                .into_iter()
                .map(|role| mark(reach(role, capability)))
                .chain([money])
                .map(String::from)
                .collect();
            let sentence = capability.sentence();
            assert!(sentence.ends_with('.') && sentence.len() < 88, "{sentence}");
            writeln!(page, "{sentence:92}{}    {}", marks.join("  "), capability.code()).unwrap();
        }
        assert_committed(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/policy.txt"), &page);
    }

    #[test]
    fn a_code_names_one_capability() {
        for (at, capability) in Capability::ALL.iter().enumerate() {
            let mut others = Capability::ALL.iter().skip(at).skip(1);
            assert!(others.all(|other| other.code() != capability.code()), "{}", capability.code());
        }
    }

    #[test]
    fn no_branch_role_reaches_further_than_its_branches() {
        for role in Role::ALL.into_iter().filter(|role| role.has_home_branch() || role.has_managed_branches())
        {
            for capability in Capability::ALL.iter().copied() {
                let reach = reach(role, capability);
                assert!(matches!(reach, Reach::Nowhere | Reach::OwnBranches), "{role:?} {capability:?}");
            }
        }
    }
}
