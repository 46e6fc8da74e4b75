// An animation on a page, and the time of each of its frames.

/** A screen's 60 frames a second. */
const FRAME = 1000 / 60;

/**
 * longest: frame in milliseconds; late: share of frames that came half a frame or more after their time, 0 … 1; over50:
 * share of those above 50 ms.
 *
 * @typedef {Record<"longest" | "late" | "over50", number>} Frames
 */

/** Moves a box until `stop`. @returns {{ stop(): Frames }} */
export function watchFrames() {
  const box = document.body.appendChild(document.createElement("div"));
  box.style.cssText = "position: fixed; top: 0; width: 40px; height: 4px; background: teal";
  /** @type {number[]} */
  const lengths = [];
  let last = performance.now();
  let moving = true;
  const draw = () => {
    if (!moving) return;
    const at = performance.now();
    lengths.push(at - last);
    last = at;
    box.style.transform = `translateX(${(at / 5) % 300}px)`;
    requestAnimationFrame(draw);
  };
  requestAnimationFrame(draw);
  const share = (/** @type {number} */ above) =>
    lengths.filter((length) => length > above).length / lengths.length;
  return {
    stop() {
      moving = false;
      box.remove();
      return { longest: Math.max(...lengths), late: share(1.5 * FRAME), over50: share(50) };
    },
  };
}
