/** The lags by which a network sees the past of a series. */

/** Changes that a series without a season is seen by. */
export const LAGS = 8;
/** Lags of a season at most; each is the mean over a part of a longer season. */
const MOST_LAGS = 64;

/** The number of lags of a season. */
export function lagsOf(season: number): number {
  return Math.min(season, MOST_LAGS);
}
