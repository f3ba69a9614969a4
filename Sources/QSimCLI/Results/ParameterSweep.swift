import QSim
import Reporting

/// The values of `--param`: fixed ones, and ranges that make rows.
struct ParameterSweep {
  /// One parameter and the values it takes.
  struct Axis {
    let name: String
    let values: [InputValue]
    /// Whether the values were given as a range.
    let isSwept: Bool

    /// A value as it is printed: numbers as numbers, what else there is as it was written.
    func printed(_ value: InputValue) -> ReportValue {
      switch value {
      case .integer(let number): return .int(Int(number))
      case .real(let number): return .double(number)
      case .text(let text):
        if let number = Int(text) { return "\(number)" == text ? .int(number) : .string(text) }
        let isDecimal = text.contains { ".eE".contains($0) } && !text.contains { "xX".contains($0) }
        return isDecimal ? Double(text).map(ReportValue.double) ?? .string(text) : .string(text)
      }
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
      axes.append(try Self.axis(name, String(parts[1]), argument))
    }
    let rows = axes.reduce(1) { min($0 * $1.values.count, Self.rowLimit + 1) }
    guard rows <= Self.rowLimit else {
      throw Self.failure("the ranges make more than \(Self.rowLimit) rows")
    }
    self.axes = axes
  }

  private static func axis(_ name: String, _ text: String, _ argument: String) throws -> Axis {
    let bounds = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    if bounds.count == 1 {
      // The declared type reads it; here it need only look like a value.
      guard InputValue.isValue(text) else {
        throw failure("'\(text)' is not a number, bits, true or false, or a range of numbers")
      }
      return Axis(name: name, values: [.text(text)], isSwept: false)
    }
    guard bounds.count == 3 else {
      throw failure("'\(text)' is neither a number nor first:last:step")
    }
    let integers = bounds.compactMap { Int64($0) }
    if integers.count == 3 {
      return Axis(name: name, values: try range(integers, argument), isSwept: true)
    }
    let numbers = bounds.compactMap { Double($0) }.filter(\.isFinite)
    guard numbers.count == 3 else {
      throw failure("'\(text)' is not a number or a range of numbers")
    }
    return Axis(name: name, values: try range(numbers, argument), isSwept: true)
  }

  /// Whether any parameter has a range.
  var isSweep: Bool { axes.contains(where: \.isSwept) }

  /// The one value of each parameter, for commands that look at a single circuit.
  ///
  /// - Parameter work: What is done once, such as `a drawing`.
  /// - Throws: `CommandFailure` with exit code 64 if there are ranges.
  static func single(_ arguments: [String], for work: String) throws -> InputValues {
    let sweep = try ParameterSweep(arguments)
    guard !sweep.isSweep, let values = sweep.rows.first else {
      throw CommandFailure(.usage, "\(work) is for one value of each parameter, not for a range")
    }
    return values
  }

  /// Every combination of values, the last parameter running fastest.
  var rows: [InputValues] {
    var rows: [InputValues] = [[:]]
    for axis in axes {
      rows = rows.flatMap { row in
        axis.values.map { value in row.merging([axis.name: value]) { $1 } }
      }
    }
    return rows
  }

  /// `first`, `first + step`, … up to `last`, which belongs to it if a step comes near it.
  private static func range(_ numbers: [Double], _ argument: String) throws -> [InputValue] {
    let (first, last, step) = (numbers[0], numbers[1], numbers[2])
    let steps = last / step - first / step
    guard step != 0, steps >= -1e-9 else { throw endless(argument) }
    guard steps <= Double(rowLimit) else { throw tooLong }
    return (0...Int((steps + 1e-9).rounded(.down))).map { .real(first + Double($0) * step) }
  }

  /// The same for whole numbers, of any size.
  private static func range(_ numbers: [Int64], _ argument: String) throws -> [InputValue] {
    let (first, last, step) = (numbers[0], numbers[1], numbers[2])
    guard step != 0, last == first || (last > first) == (step > 0) else { throw endless(argument) }
    let distance = UInt64(bitPattern: last > first ? last &- first : first &- last)
    guard distance / step.magnitude < UInt64(rowLimit) else { throw tooLong }
    return (0...Int64(distance / step.magnitude)).map { .integer(first &+ $0 &* step) }
  }

  private static func endless(_ argument: String) -> CommandFailure {
    failure("the range '\(argument)' has no end: its step leads away from it")
  }

  private static var tooLong: CommandFailure {
    failure("the ranges make more than \(rowLimit) rows")
  }

  private static func failure(_ message: String) -> CommandFailure {
    CommandFailure(
      .usage, "--param: \(message)",
      hint: "write --param theta=0.5, or --param theta=0:3.14:0.1 for a sweep")
  }
}
