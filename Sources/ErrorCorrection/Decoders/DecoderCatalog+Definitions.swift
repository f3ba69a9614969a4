extension DecoderCatalog {
  static let unionFind = DecoderDefinition(
    "union-find",
    summary: "Clusters grow around detection events until each explains its own.",
    details: """
      Every mechanism, or every part of one between `^`, flips at most two detectors. Nearly linear in the number of \
      detection events; fails a little more often than matching. Knows its correction and the correction's weight. \
      Edges are as long as they are unlikely, clusters grow at one speed [DelfosseNickerson21], [HuangNewmanBrown20].
      """,
    decoder: UnionFindDecoder())

  static let denseMatching = DecoderDefinition(
    "dense-matching",
    summary: "Minimum-weight perfect matching by the book: exact, and slow.",
    details: """
      Every mechanism, or every part of one between `^`, flips at most two detectors. Shortest paths between all pairs of \
      detection events, then Edmonds' blossoms: O(k³) for k events. Knows its correction and the correction's weight. For \
      tests and teaching [Edmonds65], [Galil86].
      """,
    decoder: DenseMatchingDecoder())

  static let lookup = DecoderDefinition(
    "lookup", aliases: ["ml"],
    summary: "Maximum likelihood by a table: the best there can be, for small models.",
    details: """
      Any mechanisms, but at most 25 detectors and observables together: the probability of every outcome is worked out \
      once, and every combination of detection events looked up. Confidence is ln of the odds for the prediction; it has no \
      correction and no weight.
      """,
    takesHyperedges: true, decoder: LookupDecoder())
}
