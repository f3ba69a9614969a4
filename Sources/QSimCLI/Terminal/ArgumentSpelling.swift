/// Option names in either spelling: `--out_format` is `--out-format`.
enum ArgumentSpelling {
  /// The arguments with `-` for `_` in option names; values and everything after `--` stay.
  static func normalized(_ arguments: [String]) -> [String] {
    var isOptions = true
    return arguments.map { argument in
      if argument == "--" { isOptions = false }
      guard isOptions, argument.hasPrefix("--"), argument.contains("_") else { return argument }
      let name = argument.prefix { $0 != "=" }
      return name.replacing("_", with: "-") + String(argument.dropFirst(name.count))
    }
  }
}
