//! A network run one time step at a time, with its state kept from call to call: generation, and streams that arrive step by step.

use crate::error::Error;
use crate::forward::forward;
use crate::network::Network;
use crate::workspace::{Shape, Workspace};

/// The buffers of one stream: a workspace of a single time step.
pub struct Session {
    /// The buffers; the next time step starts from `initial_state`
    pub ws: Workspace,
}

impl Session {
    /// Creates a session of B rows of ids or dense features, whose state is zeros.
    pub fn new(network: &mut Network, batch: usize, dense: bool) -> Result<Session, Error> {
        let mut session = Session { ws: Workspace::default() };
        session.ws.begin(network, Shape { batch, time: 1, dense, ..Shape::default() })?;
        session.ws.lengths.fill(1);
        Ok(session)
    }

    /// Runs one time step on the inputs that the caller has written.
    pub fn step(&mut self, network: &mut Network) {
        forward(network, &mut self.ws, None);
        self.ws.continue_state(network);
    }
}
