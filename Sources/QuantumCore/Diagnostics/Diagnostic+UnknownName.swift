@_exported import Catalogs
@_exported import Documents

extension Diagnostic {
  /// A name that nothing has, at its place in a text.
  public init(_ unknown: UnknownName, at range: SourceRange? = nil) {
    self.init(unknown.message, code: "unknown-name", at: range, hint: unknown.hint)
  }
}
