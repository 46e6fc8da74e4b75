/** Returns the current width of an element in whole CSS pixels. */

import type { RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

/** @param initial the width to assume before the first measurement */
export function useWidth<E extends HTMLElement>(initial: number): [RefObject<E | null>, number] {
  const element = useRef<E>(null);
  const [width, setWidth] = useState(initial);
  useLayoutEffect(() => {
    const measure = () => {
      const { width } = element.current!.getBoundingClientRect();
      if (width > 0) setWidth(Math.floor(width)); // a hidden tab has no width
    };
    measure(); // before the first paint, because the assumed width may exceed that of a phone
    const observer = new ResizeObserver(measure);
    observer.observe(element.current!);
    return () => observer.disconnect();
  }, []);
  return [element, width];
}
