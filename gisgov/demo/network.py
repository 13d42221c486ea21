"""The borders of the cells as a graph, the raw material of the roads: in towns every border is a street."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from gisgov.demo.model import Floats, Geometries, Ints


@dataclass(frozen=True)
class Network:
    """Edges between the places where borders meet.

    ``ends`` (edges, 2) indexes ``nodes`` (nodes, 2); ``sides`` (edges, 2) are the cells on both sides, −1 = none.
    """

    edges: Geometries
    ends: Ints
    nodes: Floats
    sides: Ints

    @property
    def lengths(self) -> Floats:
        """Lengths of the edges in the units of the coordinates."""
        return np.asarray(shapely.length(self.edges))

    def nearest(self, xy: Floats) -> Ints:
        """Node nearest to each of the points (n, 2)."""
        return np.asarray(cKDTree(self.nodes).query(xy)[1])

    def path(self, costs: Floats, stops: Ints) -> Ints:
        """Edges of the cheapest way along ``stops`` (nodes), in order."""
        found = [self.tree(costs, a, np.array([b])) for a, b in pairwise(stops.tolist())]
        return np.concatenate([np.flatnonzero(used) for used in found])

    def tree(self, costs: Floats, root: int, leaves: Ints) -> Ints:
        """How often each edge is used when every one of ``leaves`` goes the cheapest way to ``root``."""
        _, before = dijkstra(self._matrix(costs), directed=False, indices=root, return_predecessors=True)
        keys = {(min(a, b), max(a, b)): i for i, (a, b) in enumerate(self.ends.tolist())}
        used = np.zeros(len(self.edges), dtype=np.int64)
        for leaf in leaves.tolist():
            node = leaf
            while before[node] >= 0:
                nxt = int(before[node])
                used[keys[min(node, nxt), max(node, nxt)]] += 1
                node = nxt
        return used

    def _matrix(self, costs: Floats) -> Any:
        a, b = self.ends.T
        return coo_matrix((costs, (a, b)), shape=(len(self.nodes),) * 2).tocsr()


def border_network(cells: Geometries) -> Network:
    """Take the coverage ``cells`` apart into its borders.

    Edges that begin and end at the same node (islands) or double another edge are left out.
    """
    segments, owners = _segments(cells)
    points, ids = np.unique(segments.reshape(-1, 2), axis=0, return_inverse=True)
    pairs = np.sort(ids.reshape(-1, 2), axis=1)
    unique, where = np.unique(pairs, axis=0, return_inverse=True)
    sides = _sides(where.ravel(), owners, len(unique))
    chains = _chains(points, unique, sides)
    lines = np.array([shapely.linestrings(points[chain]) for chain, _ in chains], dtype=object)
    ends = np.array([(chain[0], chain[-1]) for chain, _ in chains])
    both = np.array([side for _, side in chains])
    _, first = np.unique(np.sort(ends, axis=1), axis=0, return_index=True)
    keep = first[ends[first, 0] != ends[first, 1]]
    used, renumbered = np.unique(ends[keep], return_inverse=True)
    return Network(lines[keep], renumbered.reshape(-1, 2), points[used], both[keep])


def _segments(cells: Geometries) -> tuple[Floats, Ints]:
    rings, cell = shapely.get_parts(shapely.boundary(cells), return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[:-1] == ring[1:]
    return np.stack((xy[:-1][same], xy[1:][same]), axis=1), cell[ring[:-1][same]]


def _sides(segment: Ints, owner: Ints, count: int) -> Ints:
    sides = np.full((count, 2), -1, dtype=np.int64)
    order = np.argsort(segment, kind="stable")
    start = np.r_[True, np.diff(segment[order]) != 0]
    sides[segment[order][start], 0] = owner[order][start]
    sides[segment[order][~start], 1] = owner[order][~start]
    return sides


def _chains(points: Floats, segments: Ints, sides: Ints) -> list[tuple[list[int], tuple[int, int]]]:
    """Join segments through every point where just two of them meet."""
    touching: list[list[int]] = [[] for _ in range(len(points))]
    for i, (a, b) in enumerate(segments.tolist()):
        touching[a].append(i)
        touching[b].append(i)
    done = np.zeros(len(segments), dtype=bool)
    chains: list[tuple[list[int], tuple[int, int]]] = []
    for node in [i for i, around in enumerate(touching) if len(around) > 2]:
        for first in touching[node]:
            if done[first]:
                continue
            chain, segment, at = [node], first, node
            while True:
                done[segment] = True
                a, b = segments[segment]
                at = int(b if a == at else a)
                chain.append(at)
                if len(touching[at]) != 2:
                    break
                segment = touching[at][0] if touching[at][1] == segment else touching[at][1]
            chains.append((chain, (int(sides[first, 0]), int(sides[first, 1]))))
    return chains


def strokes(edges: Geometries, ends: Ints, turn_deg: float = 40.0) -> Ints:
    """Group edges into streets: at each junction an edge goes on in the one that continues it most straightly.

    Returns
    -------
    ndarray of int
        Per edge the number of its street, 0…
    """
    group = np.arange(len(edges))

    def find(i: int) -> int:
        while group[i] != i:
            group[i] = group[group[i]]
            i = int(group[i])
        return i

    for a, b in _continuations(edges, ends, np.cos(np.radians(turn_deg))):
        group[find(a)] = find(b)
    return np.unique([find(i) for i in range(len(edges))], return_inverse=True)[1]


def _continuations(edges: Geometries, ends: Ints, least_cosine: float) -> list[tuple[int, int]]:
    leaving: dict[int, list[tuple[int, Floats]]] = {}
    for i, (line, pair) in enumerate(zip(edges, ends.tolist(), strict=True)):
        xy = shapely.get_coordinates(line)
        for node, ahead in (
            (pair[0], xy[min(2, len(xy) - 1)] - xy[0]),
            (pair[1], xy[max(-3, -len(xy))] - xy[-1]),
        ):
            leaving.setdefault(node, []).append((i, ahead / max(np.hypot(*ahead), 1e-9)))
    joined = []
    for around in leaving.values():
        pairs = sorted(
            (float(u @ v), i, j)
            for n, (i, u) in enumerate(around)
            for j, v in around[n + 1 :]
            if u @ v < -least_cosine
        )
        taken: set[int] = set()
        for _, i, j in pairs:
            if i not in taken and j not in taken:
                joined.append((i, j))
                taken |= {i, j}
    return joined
