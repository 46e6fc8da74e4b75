//! A network run one step at a time, its state kept from step to step: generation, and streams that arrive bit by bit.

use crate::error::Error;
use crate::forward::forward;
use crate::network::Network;
use crate::workspace::{Shape, Workspace};
use alloc::boxed::Box;

/// The buffers of one stream: a workspace of a single time step.
pub struct Session {
    /// Its buffers; `initial_state` is the state that the next step starts from.
    pub ws: Workspace,
}

impl Session {
    /// Room for B rows of ids or dense features, from a state of zeros.
    pub fn new(network: &mut Network, batch: usize, dense: bool) -> Result<Box<Session>, Error> {
        let mut session = Box::new(Session { ws: Workspace::default() });
        session.ws.begin(network, Shape { batch, time: 1, dense, ..Shape::default() })?;
        session.ws.lengths.fill(1);
        Ok(session)
    }

    /// One step from the inputs that the caller has written.
    pub fn step(&mut self, network: &mut Network) {
        forward(network, &mut self.ws, None);
        self.ws.continue_state(network);
    }
}
