//! The enumerations that JavaScript uses by name. wasm-bindgen writes them into `bptt.js`, and the bundle ships their numbers
//! (tsup.config.ts). They cross the boundary as numbers, because wasm-bindgen's own conversion is a comparison for each value.

use crate::cell::CellKind;
use crate::error::ErrorKind;
use crate::init::{Init, RecurrentInit};
use crate::numbered::numbered;
use crate::optimizer::EpsilonMode;
use crate::params::Role;
use crate::sequence_loss::Axis;
use crate::workspace::{Cost, Reduction};
use wasm_bindgen::prelude::*;

/// Declares an enumeration for JavaScript that has the same values as one of the core.
macro_rules! mirrored {
    (
        $(#[$attribute:meta])*
        pub enum $name:ident = $core:ident { $($(#[$variant_attribute:meta])* $variant:ident,)* }
    ) => {
        numbered! {
            $(#[$attribute])*
            #[wasm_bindgen]
            pub enum $name { $($(#[$variant_attribute])* $variant,)* }
        }

        impl From<$name> for $core {
            fn from(value: $name) -> $core {
                match value {
                    $($name::$variant => $core::$variant,)*
                }
            }
        }

        impl From<$core> for $name {
            fn from(value: $core) -> $name {
                match value {
                    $($core::$variant => $name::$variant,)*
                }
            }
        }
    };
}

mirrored! {
    /// The cell of a network.
    pub enum RawCell = CellKind {
        /// The basic cell
        Tanh,
        /// The basic cell with rectified linear units
        Relu,
        /// The GRU that resets after the product
        Gru,
        /// The GRU that resets before the product
        GruResetBefore,
        /// The LSTM
        Lstm,
    }
}

mirrored! {
    /// The initialisation of the parameters.
    pub enum RawInit = Init {
        /// Glorot uniform matrices and zero biases
        GlorotUniform,
        /// U(±1/√H) for all parameters
        UniformHidden,
    }
}

mirrored! {
    /// The initialisation of the recurrent weights.
    pub enum RawRecurrentInit = RecurrentInit {
        /// The same as that of the other weights
        Same,
        /// A random orthogonal matrix for each gate
        Orthogonal,
    }
}

mirrored! {
    /// The quantity that a loss or metric averages.
    pub enum RawCost = Cost {
        /// Cross-entropy of target classes
        CrossEntropy,
        /// Squared error of target values
        SquaredError,
        /// Absolute error of target values
        AbsoluteError,
        /// Pinball loss of target values
        Quantile,
        /// Cross-entropy of several labels
        BinaryCrossEntropy,
        /// Metric: the target class has the largest output
        Accuracy,
        /// Metric: the labels that are more probable than ½ are those that apply
        BinaryAccuracy,
        /// Metric: the factor of the quantile if the target value is at most its output
        Coverage,
    }
}

mirrored! {
    /// The divisor of a loss.
    pub enum RawReduction = Reduction {
        /// The sum of weighted losses divided by the sum of the weights
        Average,
        /// The sum of weighted losses divided by the number of weights that are not 0
        Sum,
    }
}

mirrored! {
    /// The treatment of an axis by `sequenceLoss`.
    pub enum RawAxis = Axis {
        /// The axis is kept
        Keep,
        /// The losses are averaged along the axis
        Average,
        /// The losses are summed along the axis
        Sum,
    }
}

mirrored! {
    /// The position of ε in Adam.
    pub enum RawEpsilonMode = EpsilonMode {
        /// Added to the root before bias correction
        TensorFlow,
        /// Added to the bias-corrected root
        Torch,
    }
}

mirrored! {
    /// The role of a parameter in its layer's direction or in the output layer.
    pub enum RawRole = Role {
        /// w_ih
        InputWeight,
        /// w_hh
        RecurrentWeight,
        /// b_h
        Bias,
        /// b_hn
        RecurrentBias,
        /// w_ho
        OutputWeight,
        /// b_o
        OutputBias,
    }
}

mirrored! {
    /// The kind of a failure: a value that is not finite, or memory that is missing for something.
    pub enum RawFailure = ErrorKind {
        /// The loss is not finite
        Loss,
        /// The gradient of a parameter is not finite; the number is the parameter's index
        Gradient,
        /// An update would make a parameter or a moment NaN or infinite; the number is the parameter's index
        Update,
        /// No memory for the parameters; the number is, as in all kinds below, how many bytes were requested
        Parameters,
        /// No memory for the parameters, their gradients and packed forms together
        Network,
        /// No memory for the gradients
        Gradients,
        /// No memory for the packed weights
        PackedWeights,
        /// No memory for the packed operands of a gradient product
        PackedGradients,
        /// No memory for drawing orthogonal weights
        OrthogonalWeights,
        /// No memory for an optimizer's moments
        Moments,
        /// No memory for the buffers of a pass
        Workspace,
        /// No memory for the carried state
        CarriedState,
        /// No memory for `sequenceLoss`
        SequenceLoss,
        /// No memory for `sample`
        Sample,
    }
}

numbered! {
    /// The arguments of `rnn_new`.
    #[wasm_bindgen]
    pub enum RawNetworkArgument {
        /// A `RawCell`
        Cell,
        /// I
        InputSize,
        /// H
        HiddenSize,
        /// V, or 0 for no output layer
        OutputSize,
        /// L
        Layers,
        /// 1 for two directions, else 0
        Bidirectional,
        /// The probability that training drops a value between layers
        Dropout,
        /// A `RawInit`
        Init,
        /// A `RawRecurrentInit`
        RecurrentInit,
        /// Initial value of an LSTM's forget bias
        ForgetBias,
        /// Seed of the initial weights and of dropout
        Seed,
    }
}

numbered! {
    /// The arguments of `rnn_add_adam`.
    #[wasm_bindgen]
    pub enum RawAdamArgument {
        /// β₁
        Beta1,
        /// β₂
        Beta2,
        /// ε
        Epsilon,
        /// A `RawEpsilonMode`
        EpsilonMode,
        /// λ of the decoupled decay
        WeightDecay,
    }
}

numbered! {
    /// The arguments of `rnn_add_sgd`.
    #[wasm_bindgen]
    pub enum RawSgdArgument {
        /// μ
        Momentum,
        /// 1 for Nesterov's form, else 0
        Nesterov,
        /// λ of the coupled decay
        WeightDecay,
    }
}

numbered! {
    /// The arguments of `rnn_add_rms_prop`.
    #[wasm_bindgen]
    pub enum RawRmsPropArgument {
        /// α
        Alpha,
        /// ε
        Epsilon,
        /// μ
        Momentum,
        /// λ of the coupled decay
        WeightDecay,
    }
}

numbered! {
    /// The arguments of `sampler_draw`.
    #[wasm_bindgen]
    pub enum RawDrawArgument {
        /// Divides the logits; 0 takes the largest
        Temperature,
        /// The number of most probable ids that are kept
        TopK,
        /// The probability that the kept ids must reach together
        TopP,
        /// The seed of the uniform draws
        Seed,
        /// The number of the draw
        Number,
    }
}

numbered! {
    /// The properties of an entry of the parameter table.
    #[wasm_bindgen]
    pub enum RawParameterProperty {
        /// A `RawRole`
        Role,
        /// The direction it belongs to, layer·D + direction, or L·D for the output layer
        Direction,
        /// Rows; 1 for a bias
        Rows,
        /// Columns
        Columns,
        /// First float in the arenas
        Offset,
    }
}

numbered! {
    /// The buffers of a network or session.
    #[wasm_bindgen]
    pub enum RawBuffer {
        /// The arena of parameters
        Parameters,
        /// The arena of gradients
        Gradients,
        /// (T, B) i32 ids
        Ids,
        /// (T, B, I) dense features
        Features,
        /// (B) i32 lengths
        SequenceLengths,
        /// (T, B) i32 target classes
        Targets,
        /// (T, B, K) target values
        TargetValues,
        /// (T, B) or (T, B, K) weights of the loss
        Weights,
        /// (Q) the probabilities of the quantiles, or their factors for the coverage
        Quantiles,
        /// (L·D, B, H) hidden state before the first time step
        InitialState,
        /// (L·D, B, H) hidden state after each row's last time step
        FinalState,
        /// (L·D, B, H) gradient of the initial hidden state
        InitialStateGradient,
        /// (L·D, B, H) gradient of the final hidden state
        FinalStateGradient,
        /// (L·D, B, H) cell state before the first time step
        InitialCell,
        /// (L·D, B, H) cell state after each row's last time step
        FinalCell,
        /// (L·D, B, H) gradient of the initial cell state
        InitialCellGradient,
        /// (L·D, B, H) gradient of the final cell state
        FinalCellGradient,
        /// (T, B, stride) logits
        Logits,
        /// (T, B, stride) gradient of the logits
        LogitsGradient,
        /// (T, B, stride) gradient of the dense features
        FeaturesGradient,
    }
}

numbered! {
    /// The buffers of each direction of each layer.
    #[wasm_bindgen]
    pub enum RawDirectionBuffer {
        /// (T, B, stride) hidden states
        Outputs,
        /// (T, B, stride) gradient of the hidden states
        OutputsGradient,
        /// (T, B, stride) the gates' values
        Gates,
        /// (T, B, stride) cell states
        Cells,
    }
}

numbered! {
    /// The buffers of `sequenceLoss`, batch-major and not padded.
    #[wasm_bindgen]
    pub enum RawSequenceLossBuffer {
        /// (B, T, V) logits
        Logits,
        /// (B, T) i32 target classes
        Targets,
        /// (B, T) weights
        Weights,
        /// The results, depending on the axes that are kept
        Result,
    }
}

numbered! {
    /// The buffers of `sample`, batch-major and not padded.
    #[wasm_bindgen]
    pub enum RawSamplerBuffer {
        /// (B, V) logits
        Logits,
        /// (B) i32 sampled ids
        Ids,
    }
}
