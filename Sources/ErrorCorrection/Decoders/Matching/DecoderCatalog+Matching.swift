extension DecoderCatalog {
  static let matching = DecoderDefinition(
    "matching", tallyName: "pymatching",
    summary: "Minimum-weight perfect matching by sparse blossom: exact, and fast.",
    details: """
      Every mechanism, or every part of one between `^`, flips at most two detectors. The likeliest set of these explains \
      the events, found by regions that grow around them; time grows little faster than their number. Parts of one \
      mechanism are taken to be independent; see correlated-matching. Of faults that flip the same detectors the likeliest \
      count. Knows its correction and the correction's \
      weight [Higgott25]. Confidence is the gap between the weights of the best corrections that predict this and the \
      opposite, for one observable that is a cut between boundaries [GidneyNewmanBrooksJones23].
      """,
    decoder: MatchingDecoder())

  static let correlatedMatching = DecoderDefinition(
    "correlated-matching",
    summary: "Matching in two passes, which knows what belongs to one error.",
    details: """
      As matching; then edges that belong to one mechanism with a matched edge get the weights that they have given that \
      it happened, P(B | A) = P(A and B) / P(A) but at most 1/2, and the shot is matched again. Mostly more accurate than \
      matching, but not always: at distance 3 it can be worse [Fowler13].
      """,
    decoder: CorrelatedMatchingDecoder())
}
