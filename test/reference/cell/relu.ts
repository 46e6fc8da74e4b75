/** h' = max(0, a + h·W_hh); the slope at 0 is 0, as in TensorFlow and PyTorch. */
import { elman } from "./elman.js";

export const relu = elman(
  (a) => Math.max(0, a),
  (h) => (h > 0 ? 1 : 0),
);
