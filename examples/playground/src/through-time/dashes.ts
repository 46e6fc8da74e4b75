/** Dashes of the cells, so that colour is not all that tells them apart. */
export const DASHES = { tanh: [7, 4], gru: undefined, lstm: [2, 3] };
