import QSim
import Reporting

/// The values of `--param`: fixed ones, and ranges that make rows.
struct ParameterSweep {
  /// One parameter and the values it takes.
  struct Axis {
    let name: String
    let values: [Double]
    /// Whether the values were given as a range.
    let isSwept: Bool
    /// Whether only whole numbers were given: they print as such.
    let isWhole: Bool

    /// A value as it is printed.
    func printed(_ value: Double) -> ReportValue {
      isWhole ? Int(exactly: value).map(ReportValue.int) ?? .double(value) : .double(value)
    }
  }

  let axes: [Axis]

  /// The most rows a sweep may have.
  static let rowLimit = 1_000_000

  /// - Parameter arguments: Each `name=value` or `name=first:last:step`.
  /// - Throws: `CommandFailure` with exit code 64.
  init(_ arguments: [String]) throws {
    var axes: [Axis] = []
    for argument in arguments {
      let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, !parts[0].isEmpty else {
        throw Self.failure("'\(argument)' is not name=value")
      }
      let name = String(parts[0])
      guard !axes.contains(where: { $0.name == name }) else {
        throw Self.failure("'\(name)' is given twice")
      }
      let bounds = parts[1].split(separator: ":", omittingEmptySubsequences: false)
      let numbers = bounds.compactMap { Double($0) }.filter(\.isFinite)
      guard numbers.count == bounds.count else {
        throw Self.failure("'\(parts[1])' is not a number or a range of numbers")
      }
      let isWhole = bounds.allSatisfy { Int($0) != nil }
      switch numbers.count {
      case 1:
        axes.append(Axis(name: name, values: numbers, isSwept: false, isWhole: isWhole))
      case 3:
        let values = try Self.range(numbers, argument)
        axes.append(Axis(name: name, values: values, isSwept: true, isWhole: isWhole))
      default: throw Self.failure("'\(parts[1])' is neither a number nor first:last:step")
      }
    }
    let rows = axes.reduce(1) { min($0 * $1.values.count, Self.rowLimit + 1) }
    guard rows <= Self.rowLimit else {
      throw Self.failure("the ranges make more than \(Self.rowLimit) rows")
    }
    self.axes = axes
  }

  /// Whether any parameter has a range.
  var isSweep: Bool { axes.contains(where: \.isSwept) }

  /// The one value of each parameter, for commands that look at a single circuit.
  ///
  /// - Parameter work: What is done once, such as `a drawing`.
  /// - Throws: `CommandFailure` with exit code 64 if there are ranges.
  static func single(_ arguments: [String], for work: String) throws -> [String: Double] {
    let sweep = try ParameterSweep(arguments)
    guard !sweep.isSweep, let values = sweep.rows.first else {
      throw CommandFailure(.usage, "\(work) is for one value of each parameter, not for a range")
    }
    return values
  }

  /// Every combination of values, the last parameter running fastest.
  var rows: [[String: Double]] {
    var rows: [[String: Double]] = [[:]]
    for axis in axes {
      rows = rows.flatMap { row in
        axis.values.map { value in row.merging([axis.name: value]) { $1 } }
      }
    }
    return rows
  }

  /// `first`, `first + step`, … up to `last`, which belongs to it if a step comes near it.
  private static func range(_ numbers: [Double], _ argument: String) throws -> [Double] {
    let (first, last, step) = (numbers[0], numbers[1], numbers[2])
    let steps = (last - first) / step
    guard step != 0, steps >= -1e-9 else {
      throw failure("the range '\(argument)' has no end: its step leads away from it")
    }
    guard steps <= Double(rowLimit) else {
      throw failure("the ranges make more than \(rowLimit) rows")
    }
    return (0...Int((steps + 1e-9).rounded(.down))).map { first + Double($0) * step }
  }

  private static func failure(_ message: String) -> CommandFailure {
    CommandFailure(
      .usage, "--param: \(message)",
      hint: "write --param theta=0.5, or --param theta=0:3.14:0.1 for a sweep")
  }
}
