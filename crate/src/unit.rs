//! A unit: one direction of one layer. Where its parameters lie, how its rows of pre-activations do, and its packed weights.

use crate::cell::Layout;
use crate::error::Error;
use crate::kernel::{Panels, Rows};
use crate::params::{ParamTable, Role};
use alloc::vec::Vec;

/// Columns of a weight and where they lie in a row of pre-activations: gates that are neighbours in both are one.
#[derive(Clone, Copy)]
pub struct Span {
    /// First column of the weight (·, G·H)
    pub from: usize,
    /// First float of the row (N)
    pub to: usize,
    /// How many
    pub width: usize,
}

/// The spans of gates `first …`, whose blocks are given.
#[inline(never)]
fn spans(first: usize, blocks: &mut dyn Iterator<Item = usize>, h: usize, hp: usize) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    for (gate, block) in blocks.enumerate() {
        let next = Span { from: (first + gate) * h, to: block * hp, width: h };
        match spans.last_mut() {
            Some(last) if last.to + last.width == next.to => last.width += h,
            _ => spans.push(next),
        }
    }
    spans
}

/// A recurrent product: columns of W_hh, packed.
pub struct Recurrent {
    /// Its columns; where they go in a row of pre-activations
    pub spans: Vec<Span>,
    /// First float of the row that it is added to
    pub to: usize,
    /// W_hh (H, count·Hp)
    pub w: Panels,
    /// The same transposed, for the way back: (count·Hp, Hp)
    pub w_t: Panels,
    /// count·Hp
    columns: usize,
}

/// What W_ih multiplies is one matrix, or one for each direction of the layer below: its rows in parts.
#[derive(Default)]
pub struct Input {
    /// Rows of W_ih in a part: I, or H
    pub width: usize,
    /// How many parts
    pub parts: usize,
    /// W_ih (width, G·Hp) of each part; for ids none
    pub w: Vec<Panels>,
    /// The same transposed, for the way back: (G·Hp, width)
    pub w_t: Vec<Panels>,
}

/// One direction of one layer.
pub struct Unit {
    /// From the last step to the first
    pub reverse: bool,
    /// (I or D·H, G·H), as a place of the table
    pub w_ih: usize,
    /// (H, G·H)
    pub w_hh: usize,
    /// (G·H)
    pub b_h: usize,
    /// (H): a recurrent bias, and the first float of the row that starts from it
    pub b_hn: Option<(usize, usize)>,
    /// Where the columns of W_ih and b_h lie in a row of pre-activations
    pub input_spans: Vec<Span>,
    /// What W_ih multiplies
    pub input: Input,
    /// The recurrent products in their order
    pub recurrent: Vec<Recurrent>,
    h: usize,
    hp: usize,
    g: usize,
    input_ready: bool,
    forward_ready: bool,
    backward_ready: bool,
}

impl Unit {
    /// Enters the parameters of a unit into the table. `input`: the rows of W_ih in a part and the number of parts.
    pub fn new(
        table: &mut ParamTable,
        layout: &Layout,
        unit: usize,
        [width, parts]: [usize; 2],
        [h, hp]: [usize; 2],
        reverse: bool,
    ) -> Result<Unit, Error> {
        let g = layout.gates;
        let w_ih = table.push(Role::InputWeight, unit, [width * parts, g * h])?;
        let w_hh = table.push(Role::RecurrentWeight, unit, [h, g * h])?;
        let b_h = table.push(Role::Bias, unit, [1, g * h])?;
        let b_hn = match layout.recurrent_bias {
            Some(block) => Some((table.push(Role::RecurrentBias, unit, [1, h])?, block * hp)),
            None => None,
        };
        let mut recurrent = Vec::new();
        for product in layout.products {
            let columns = product.gates * hp;
            recurrent.push(Recurrent {
                spans: spans(product.first, &mut (product.block..product.block + product.gates), h, hp),
                to: product.block * hp,
                w: Panels::new(h, columns)?,
                w_t: Panels::default(),
                columns,
            });
        }
        Ok(Unit {
            reverse,
            w_ih,
            w_hh,
            b_h,
            b_hn,
            input_spans: spans(0, &mut layout.input.iter().copied(), h, hp),
            input: Input { width, parts, ..Input::default() },
            recurrent,
            h,
            hp,
            g,
            input_ready: false,
            forward_ready: false,
            backward_ready: false,
        })
    }

    /// I, or D·H
    pub fn input_rows(&self) -> usize {
        self.input.width * self.input.parts
    }

    /// Makes room for W_ih packed, which ids do not need.
    pub fn prepare_input(&mut self) -> Result<(), Error> {
        if self.input.w.is_empty() {
            let [width, columns] = [self.input.width, self.g * self.hp];
            self.input.w = panels(self.input.parts, width, columns)?;
            self.input_ready = false;
        }
        Ok(())
    }

    /// Makes room for the transposes; W_ih's where there is someone to hand a gradient to.
    pub fn prepare_training(&mut self, input: bool) -> Result<(), Error> {
        for product in &mut self.recurrent {
            if product.w_t.rows() == 0 {
                product.w_t = Panels::new(product.columns, self.h)?;
                self.backward_ready = false;
            }
        }
        if input && self.input.w_t.is_empty() {
            let [width, rows] = [self.input.width, self.g * self.hp];
            self.input.w_t = panels(self.input.parts, rows, width)?;
            self.backward_ready = false;
        }
        Ok(())
    }

    /// To be called whenever the parameters may have changed.
    pub fn parameters_changed(&mut self) {
        self.input_ready = false;
        self.forward_ready = false;
        self.backward_ready = false;
    }

    /// Brings the packed weights of the forward pass up to date; W_ih where it is multiplied and not gathered from.
    pub fn pack_forward(&mut self, theta: &[f32], table: &ParamTable, input: bool) {
        let stride = self.g * self.h;
        if !self.forward_ready {
            self.forward_ready = true;
            let w_hh = table.of(theta, self.w_hh);
            for product in &mut self.recurrent {
                for span in &product.spans {
                    product.w.pack(
                        span.to - product.to,
                        Rows { data: &w_hh[span.from..], stride },
                        span.width,
                    );
                }
            }
        }
        if input && !self.input_ready {
            self.input_ready = true;
            let w_ih = table.of(theta, self.w_ih);
            for (part, w) in self.input.w.iter_mut().enumerate() {
                let rows = &w_ih[part * self.input.width * stride..];
                for span in &self.input_spans {
                    w.pack(span.to, Rows { data: &rows[span.from..], stride }, span.width);
                }
            }
        }
    }

    /// Brings the transposed weights of the backward pass up to date.
    pub fn pack_backward(&mut self, theta: &[f32], table: &ParamTable) {
        if self.backward_ready {
            return;
        }
        self.backward_ready = true;
        let (h, stride) = (self.h, self.g * self.h);
        let w_hh = table.of(theta, self.w_hh);
        for product in &mut self.recurrent {
            for span in &product.spans {
                let columns = Rows { data: &w_hh[span.from..], stride };
                product.w_t.pack_transposed(span.to - product.to, columns, h, span.width);
            }
        }
        let w_ih = table.of(theta, self.w_ih);
        for (part, w_t) in self.input.w_t.iter_mut().enumerate() {
            let rows = &w_ih[part * self.input.width * stride..];
            for span in &self.input_spans {
                let columns = Rows { data: &rows[span.from..], stride };
                w_t.pack_transposed(span.to, columns, self.input.width, span.width);
            }
        }
    }
}

/// As many panels of (rows, columns) as there are parts.
pub fn panels(parts: usize, rows: usize, columns: usize) -> Result<Vec<Panels>, Error> {
    let mut panels = Vec::new();
    for _ in 0..parts {
        panels.push(Panels::new(rows, columns)?);
    }
    Ok(panels)
}
