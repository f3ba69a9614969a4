import QuantumCore

/// When detectors belong: which of their coordinates is the time, and how long a round is.
struct WindowClock: Sendable {
  /// From 0; `nil` for the last one of each detector.
  let coordinate: Int?
  /// In units of the coordinate.
  let roundLength: Double

  /// Turns of a repeat block that are looked at to find out.
  private static let turnLimit: UInt64 = 16

  /// Finds out what is not given.
  ///
  /// The time is the last coordinate that never goes back from one detector to the next and is not
  /// the same for all; a round is as long as the time mostly is between different times.
  init(_ model: DetectorErrorModel, coordinate: Int?, roundLength: Double?) throws {
    guard coordinate == nil || roundLength == nil else {
      (self.coordinate, self.roundLength) = (coordinate, roundLength ?? 1)
      return
    }
    var start = model
    for (index, instruction) in model.instructions().enumerated()
    where instruction.kind == .repeatBlock && instruction.count > Self.turnLimit {
      start = start.withCount(Self.turnLimit, ofInstruction: index)
    }
    let coordinates = try start.detectorCoordinates().filter { !$0.isEmpty }
    let chosen = coordinate ?? Self.timeCoordinate(of: coordinates)
    self.coordinate = chosen
    self.roundLength =
      roundLength
      ?? Self.roundLength(coordinates.compactMap { Self.time(of: $0, chosen) }.filter(\.isFinite))
  }

  private static func time(of coordinates: [Double], _ chosen: Int?) -> Double? {
    guard let chosen else { return coordinates.last }
    return chosen < coordinates.count ? coordinates[chosen] : nil
  }

  /// The time of a detector with these coordinates; `nil` without.
  func time(of coordinates: [Double]) -> Double? { Self.time(of: coordinates, coordinate) }

  /// How far a shift of coordinates moves the time of detectors with so many coordinates.
  func shift(by arguments: ArraySlice<Double>, dimensions: Int) -> Double {
    let place = coordinate ?? dimensions - 1
    return arguments.count > place ? arguments[arguments.startIndex + place] : 0
  }

  /// `nil` for the last of each.
  private static func timeCoordinate(of coordinates: [[Double]]) -> Int? {
    guard let dimensions = coordinates.first?.count,
      coordinates.allSatisfy({ $0.count == dimensions })
    else { return nil }
    return (0..<dimensions).last { place in
      let isForward = zip(coordinates, coordinates.dropFirst()).allSatisfy {
        $0[place] <= $1[place]
      }
      return isForward && coordinates[0][place] < coordinates[coordinates.count - 1][place]
    }
  }

  private static func roundLength(_ times: [Double]) -> Double {
    let distinct = Set(times).sorted()
    let gaps = zip(distinct, distinct.dropFirst()).map { $1 - $0 }.sorted()
    guard !gaps.isEmpty, gaps[gaps.count / 2] < .infinity else { return 1 }
    return gaps[gaps.count / 2]
  }
}
