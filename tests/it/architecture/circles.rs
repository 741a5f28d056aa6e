//! Circles of a directed graph: its strongly connected components of more than one node, by Tarjan's algorithm.

use std::collections::BTreeMap;

struct Search<'g> {
    graph: &'g BTreeMap<String, Vec<String>>,
    index: BTreeMap<&'g str, usize>,
    lowest: BTreeMap<&'g str, usize>,
    stack: Vec<&'g str>,
    found: Vec<Vec<String>>,
}

impl<'g> Search<'g> {
    fn visit(&mut self, node: &'g str) {
        let own = self.index.len();
        self.index.insert(node, own);
        self.lowest.insert(node, own);
        self.stack.push(node);
        for next in self.graph.get(node).into_iter().flatten() {
            if !self.index.contains_key(next.as_str()) {
                self.visit(next);
                let low = self.lowest[node].min(self.lowest[next.as_str()]);
                self.lowest.insert(node, low);
            } else if self.stack.contains(&next.as_str()) {
                let low = self.lowest[node].min(self.index[next.as_str()]);
                self.lowest.insert(node, low);
            }
        }
        if self.lowest[node] == own {
            let start = self.stack.iter().position(|n| *n == node).expect("on it");
            let mut circle: Vec<String> = self.stack.drain(start..).map(str::to_owned).collect();
            if circle.len() > 1 {
                circle.sort();
                self.found.push(circle);
            }
        }
    }
}

/// The circles of a graph, the largest first.
pub(super) fn circles(graph: &BTreeMap<String, Vec<String>>) -> Vec<Vec<String>> {
    let mut search = Search {
        graph,
        index: BTreeMap::new(),
        lowest: BTreeMap::new(),
        stack: Vec::new(),
        found: Vec::new(),
    };
    for node in graph.keys() {
        if !search.index.contains_key(node.as_str()) {
            search.visit(node);
        }
    }
    let mut found = search.found;
    found.sort_by_key(|circle| (usize::MAX - circle.len(), circle.clone()));
    found
}
