/** Dashes of the cells, so that the curves differ not only in color. */
export const DASHES = { tanh: [7, 4], gru: undefined, lstm: [2, 3] };
