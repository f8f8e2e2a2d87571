/**
 * The strongly connected groups of a graph (Tarjan, 1972), without recursion over its size. `next[n]` lists the vertices
 * that n points to; groups of one vertex are included.
 */
export function stronglyConnected(next: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const groups: number[][] = [];
  const order = new Map<number, number>();
  const lowest: number[] = [];
  const open: number[] = [];
  const isOpen = new Set<number>();
  const enter = (vertex: number) => {
    lowest[vertex] = order.size;
    order.set(vertex, order.size);
    open.push(vertex);
    isOpen.add(vertex);
    return { vertex, edge: 0 };
  };
  for (const root of next.keys()) {
    if (order.has(root)) continue;
    const trail = [enter(root)];
    while (trail.length > 0) {
      const step = trail.at(-1)!;
      const target = next[step.vertex]![step.edge++];
      if (target === undefined) {
        trail.pop();
        const parent = trail.at(-1)?.vertex;
        if (parent !== undefined) lowest[parent] = Math.min(lowest[parent]!, lowest[step.vertex]!);
        if (lowest[step.vertex] === order.get(step.vertex)) {
          groups.push(closeGroup(step.vertex, open, isOpen));
        }
      } else if (!order.has(target)) {
        trail.push(enter(target));
      } else if (isOpen.has(target)) {
        lowest[step.vertex] = Math.min(lowest[step.vertex]!, order.get(target)!);
      }
    }
  }
  return groups;
}

function closeGroup(root: number, open: number[], isOpen: Set<number>): number[] {
  const group = open.splice(open.lastIndexOf(root));
  for (const vertex of group) isOpen.delete(vertex);
  return group;
}
