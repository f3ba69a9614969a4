import ArgumentParser
import QSim

/// A time with an optional unit, as `--max-time` takes it: `90`, `90s`, `15min`, `2h`, `3d`.
struct TimeSpan: Equatable, ExpressibleByArgument {
  let seconds: Double

  /// Seconds without a unit; `ms`, `s`, `min` or `m`, `h`, `d`.
  init?(argument text: String) {
    let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    let units = ["ms": 1e-3, "": 1, "s": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400]
    guard let value = Double(digits), let unit = units[String(text.dropFirst(digits.count))],
      value > 0, value.isFinite
    else { return nil }
    seconds = value * unit
  }
}

/// How long a command may take.
struct TimeOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The longest that the work may take, such as 90s or 2h: then it stops, and what is predicted to take ten times as long is not started. (default: no more than 100h by prediction)",
      valueName: "time"))
  var maxTime: TimeSpan?

  /// The limit of work that starts now.
  var limit: TimeLimit {
    maxTime.map { TimeLimit(stoppingAfter: $0.seconds) } ?? .standard
  }
}
