//! The layers and the listeners of a service, seen from a socket.

#[cfg(test)]
mod layers;
#[cfg(test)]
mod serving;
#[cfg(test)]
mod socket;
