/** h' = tanh(a + h·W_hh); tanh′(a) = 1 − tanh²(a). */
import { elman } from "./elman.js";

export const tanh = elman(Math.tanh, (h) => 1 - h ** 2);
