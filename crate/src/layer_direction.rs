//! One direction of one layer: its parameters, how its pre-activations lie in a row, and its packed weights.

use crate::buffer::push;
use crate::cell::Layout;
use crate::error::{Error, ErrorKind};
use crate::kernel::{Panels, Rows};
use crate::params::{ParamTable, Role};
use alloc::vec::Vec;

/// Columns of a weight matrix and their position in a row of pre-activations. Gates that are neighbours in both share a span.
#[derive(Clone, Copy)]
pub struct Span {
    /// First column of the weight (·, G·H)
    pub from: usize,
    /// First float of the row (N)
    pub to: usize,
    /// Number of columns
    pub width: usize,
}

/// Returns the spans of the gates from `first` on, whose blocks are `blocks`.
#[inline(never)]
fn spans(
    first: usize,
    blocks: &mut dyn Iterator<Item = usize>,
    h: usize,
    hp: usize,
) -> Result<Vec<Span>, Error> {
    let mut spans: Vec<Span> = Vec::new();
    for (gate, block) in blocks.enumerate() {
        let next = Span { from: (first + gate) * h, to: block * hp, width: h };
        match spans.last_mut() {
            Some(last) if last.to + last.width == next.to => last.width += h,
            _ => push(&mut spans, next, ErrorKind::Parameters)?,
        }
    }
    Ok(spans)
}

/// A recurrent product: some columns of W_hh, packed.
pub struct RecurrentProduct {
    /// The columns and their positions in a row of pre-activations
    pub spans: Vec<Span>,
    /// First float of the row to which the product is added
    pub to: usize,
    /// W_hh (H, count·Hp)
    pub w: Panels,
    /// The transpose (count·Hp, Hp), for the backward pass
    pub w_t: Panels,
    /// count·Hp
    columns: usize,
}

/// The product of the inputs and W_ih, packed: one part, or one for each direction of the layer below.
#[derive(Default)]
pub struct InputProduct {
    /// Rows of W_ih in a part: I, or H
    pub width: usize,
    /// Number of parts
    pub parts: usize,
    /// W_ih (width, G·Hp) of each part; empty while the inputs are ids
    pub w: Vec<Panels>,
    /// The transpose (G·Hp, width) of each part, for the backward pass
    pub w_t: Vec<Panels>,
}

/// One direction of one layer.
pub struct LayerDirection {
    /// True if it walks from the last time step to the first
    pub reverse: bool,
    /// Index of W_ih (I or D·H, G·H) in the parameter table
    pub w_ih: usize,
    /// Index of W_hh (H, G·H) in the parameter table
    pub w_hh: usize,
    /// Index of b_h (G·H) in the parameter table
    pub b_h: usize,
    /// Index of the recurrent bias b_hn (H) in the parameter table, and the first float of the row that starts from it
    pub b_hn: Option<(usize, usize)>,
    /// Positions of the columns of W_ih and b_h in a row of pre-activations
    pub input_spans: Vec<Span>,
    /// The product with W_ih
    pub input: InputProduct,
    /// The products with W_hh, in the order in which they are computed
    pub recurrent: Vec<RecurrentProduct>,
    h: usize,
    hp: usize,
    g: usize,
    input_ready: bool,
    forward_ready: bool,
    backward_ready: bool,
}

impl LayerDirection {
    /// Adds the parameters of direction `index` (layer·D + direction) to the table. `[width, parts]` are the rows of W_ih in a part
    /// and the number of parts.
    pub fn new(
        table: &mut ParamTable,
        layout: &Layout,
        index: usize,
        [width, parts]: [usize; 2],
        [h, hp]: [usize; 2],
        reverse: bool,
    ) -> Result<LayerDirection, Error> {
        let g = layout.gates;
        let w_ih = table.push(Role::InputWeight, index, [width * parts, g * h])?;
        let w_hh = table.push(Role::RecurrentWeight, index, [h, g * h])?;
        let b_h = table.push(Role::Bias, index, [1, g * h])?;
        let b_hn = match layout.recurrent_bias {
            Some(block) => Some((table.push(Role::RecurrentBias, index, [1, h])?, block * hp)),
            None => None,
        };
        let mut recurrent = Vec::new();
        for product in layout.products {
            let columns = product.gates * hp;
            let product = RecurrentProduct {
                spans: spans(product.first, &mut (product.block..product.block + product.gates), h, hp)?,
                to: product.block * hp,
                w: Panels::new(h, columns)?,
                w_t: Panels::default(),
                columns,
            };
            push(&mut recurrent, product, ErrorKind::PackedWeights)?;
        }
        Ok(LayerDirection {
            reverse,
            w_ih,
            w_hh,
            b_h,
            b_hn,
            input_spans: spans(0, &mut layout.input.iter().copied(), h, hp)?,
            input: InputProduct { width, parts, ..InputProduct::default() },
            recurrent,
            h,
            hp,
            g,
            input_ready: false,
            forward_ready: false,
            backward_ready: false,
        })
    }

    /// Returns the rows of W_ih: I, or D·H.
    pub fn input_rows(&self) -> usize {
        self.input.width * self.input.parts
    }

    /// Allocates the packed W_ih, which ids do not need.
    pub fn prepare_input(&mut self) -> Result<(), Error> {
        if self.input.w.is_empty() {
            let [width, columns] = [self.input.width, self.g * self.hp];
            self.input.w = panels(self.input.parts, width, columns)?;
            self.input_ready = false;
        }
        Ok(())
    }

    /// Allocates the transposes; that of W_ih only if `input` is true, because something below takes a
    /// gradient.
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

    /// Marks the packed weights as out of date. Must be called whenever the parameters may have changed.
    pub fn parameters_changed(&mut self) {
        self.input_ready = false;
        self.forward_ready = false;
        self.backward_ready = false;
    }

    /// Updates the packed weights of the forward pass; W_ih only if `input` is true, because it is multiplied
    /// rather than looked up.
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

    /// Updates the transposed weights of the backward pass.
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

/// Allocates `parts` packed matrices of (rows, columns).
pub fn panels(parts: usize, rows: usize, columns: usize) -> Result<Vec<Panels>, Error> {
    let mut panels = Vec::new();
    for _ in 0..parts {
        push(&mut panels, Panels::new(rows, columns)?, ErrorKind::PackedWeights)?;
    }
    Ok(panels)
}
