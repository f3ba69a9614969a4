@_exported import Catalogs

extension Diagnostic {
  /// A name that nothing has, at its place in a text.
  public init(_ unknown: UnknownName, at range: SourceRange? = nil) {
    self.init(unknown.message, code: "unknown-name", at: range, hint: unknown.hint)
  }
}
