/**
 * The sum of vectors in a fixed tree: ((0 + 1) + (2 + 3)) + …, in which a vector without a neighbor moves up
 * alone. Each thread adds the vectors that it has. The sum has the same bits, however they are distributed.
 */

/** A node of the tree: the sum of the vectors index·2^level to (index + 1)·2^level − 1. */
export interface TreeNode {
  readonly level: number;
  readonly index: number;
  readonly sum: Float32Array<ArrayBuffer>;
}

/** Adds neighboring nodes in place until there are none left. `leaves` is the number of all vectors. */
export function addNeighbours(nodes: readonly TreeNode[], leaves: number): TreeNode[] {
  let left = [...nodes];
  for (let level = 0, count = leaves; count > 1; level++, count = Math.ceil(count / 2)) {
    const here = new Map<number, TreeNode>();
    for (const node of left) if (node.level === level) here.set(node.index, node);
    left = left.filter((node) => node.level !== level);
    for (const node of here.values()) {
      const { index, sum } = node;
      const neighbour = here.get(index ^ 1);
      const isAlone = index === count - 1 && index % 2 === 0;
      if (neighbour === undefined && !isAlone) left.push(node);
      else if (index % 2 === 0) {
        if (neighbour) addTo(sum, neighbour.sum);
        left.push({ level: level + 1, index: index / 2, sum });
      }
    }
  }
  return left;
}

function addTo(sum: Float32Array, other: Float32Array): void {
  for (let i = 0; i < sum.length; i++) sum[i] = sum[i] + other[i];
}
