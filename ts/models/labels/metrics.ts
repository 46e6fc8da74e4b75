/** How well a model labels: accuracy, F1, loss, calibration, and how each label fares. */

import { likeliestOf, labelLoss, probabilitiesOf } from "./probabilities.js";
import type { Decisions } from "./validation.js";

/** How well one label is recognised. */
export interface LabelMetrics {
  readonly label: string;
  /** Right decisions for this label as a share of all decisions for it; 0 without any. */
  readonly precision: number;
  /** Right decisions for this label as a share of the examples that have it; 0 without any. */
  readonly recall: number;
  /** 2·precision·recall/(precision + recall); 0 where both are 0. */
  readonly f1: number;
  /** How many examples (of a tagger: time steps) have this label. */
  readonly support: number;
}

/** How well a model labels. */
export interface LabelEvaluation {
  /** The share of right decisions. */
  readonly accuracy: number;
  /** The mean f1 of the labels that occur, in the data or among the decisions. */
  readonly macroF1: number;
  /** Nats per decision: the mean of −ln p of the right label. */
  readonly loss: number;
  /**
   * Expected calibration error: the mean difference between the probability of a decision and the share of right ones
   * among those of similar probability (15 bins of equal width).
   */
  readonly calibrationError: number;
  /** The labels, in the order of rows and columns of `confusion`. */
  readonly labels: readonly string[];
  /** How often each label (row) was taken for each (column). */
  readonly confusion: readonly (readonly number[])[];
  readonly perLabel: readonly LabelMetrics[];
}

const BINS = 15;

/** Returns the metrics of decisions. */
export function evaluateDecisions(
  { logits, targets }: Decisions,
  labels: readonly string[],
  temperature: number,
): LabelEvaluation {
  const confusion = labels.map(() => new Array<number>(labels.length).fill(0));
  const bins = Array.from({ length: BINS }, () => ({ probability: 0, right: 0 }));
  let [loss, right] = [0, 0];
  logits.forEach((row, i) => {
    const target = targets[i];
    const p = probabilitiesOf(row, temperature);
    const decided = likeliestOf(p);
    const isRight = Number(decided === target);
    confusion[target][decided]++;
    loss += labelLoss(row, target, temperature);
    right += isRight;
    const bin = bins[Math.min(BINS - 1, Math.floor(p[decided] * BINS))];
    bin.probability += p[decided];
    bin.right += isRight;
  });
  const count = logits.length;
  const perLabel = labels.map((label, c) => metricsOf(label, c, confusion));
  const occurring = perLabel.filter(({ support }, c) => support > 0 || confusion.some((row) => row[c] > 0));
  return {
    accuracy: right / count,
    macroF1: occurring.reduce((sum, { f1 }) => sum + f1, 0) / occurring.length,
    loss: loss / count,
    calibrationError: bins.reduce((sum, bin) => sum + Math.abs(bin.probability - bin.right), 0) / count,
    labels,
    confusion,
    perLabel,
  };
}

function metricsOf(label: string, c: number, confusion: readonly (readonly number[])[]): LabelMetrics {
  const support = confusion[c].reduce((sum, n) => sum + n, 0);
  const decided = confusion.reduce((sum, row) => sum + row[c], 0);
  const right = confusion[c][c];
  const precision = decided === 0 ? 0 : right / decided;
  const recall = support === 0 ? 0 : right / support;
  const f1 = right === 0 ? 0 : (2 * precision * recall) / (precision + recall);
  return { label, precision, recall, f1, support };
}
