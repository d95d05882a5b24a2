//! The skin and its listeners, seen from a socket.

#[cfg(test)]
mod layers;
#[cfg(test)]
mod serving;
#[cfg(test)]
mod socket;
