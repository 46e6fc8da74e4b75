/** The part of asciichart's interface that is used here. The package has no types. */

declare module "asciichart" {
  const asciichart: {
    plot(
      series: readonly number[] | readonly (readonly number[])[],
      config?: { height?: number; format?: (value: number) => string },
    ): string;
  };
  export default asciichart;
}
