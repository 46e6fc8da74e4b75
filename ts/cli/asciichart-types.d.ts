/** As much of asciichart's interface as is used here; it has no types of its own. */

declare module "asciichart" {
  const asciichart: {
    plot(series: readonly number[], config?: { height?: number; format?: (value: number) => string }): string;
  };
  export default asciichart;
}
