import Foundation
import TestSupport
import Testing

/// `qsim threshold` on tallies as other programs and hands write them.
struct ReportedTalliesTests {
  private static let header =
    "shots,errors,discards,seconds,decoder,strong_id,json_metadata,custom_counts\n"

  private func csvRows(_ file: String, _ options: [String] = []) throws -> [[String]] {
    let result = try QSimProcess.run(
      ["threshold", "Tests/Fixtures/Reported/tallies/\(file)", "--csv"] + options)
    #expect(result.status == 0, "\(result.error)")
    return result.output.split(separator: "\n", omittingEmptySubsequences: false).map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
  }

  private func rates(_ file: String) throws -> [Double] {
    try csvRows(file).filter { $0.count == 9 }.compactMap { Double($0[6]) }
  }

  private func row(_ shots: Int, _ errors: Int, _ discards: Int, _ metadata: String, id: Int = 0)
    -> String
  {
    let quoted = metadata.replacingOccurrences(of: "\"", with: "\"\"")
    return "\(shots),\(errors),\(discards),1.0,matching,\(id),\"\(quoted)\",\n"
  }

  @Test func `ten million million shots are analysed as fast as few`() throws {
    let rates = try rates("tiny.csv")
    #expect(rates.count == 2)
    #expect(zip(rates, [7.0e-14, 2.0e-14]).allSatisfy { abs($0 / $1 - 1) < 1e-6 }, "\(rates)")
  }

  @Test(arguments: ["counts_comma.csv", "noeol.csv"])
  func `rows of other programs give the three rates`(file: String) throws {
    // 1 − 2P = (1 − 2ε)^r.
    let expected = [(0.06, 3.0), (0.02, 5), (0.0065, 7)].map { failure, cycles in
      (1 - pow(1 - 2 * failure, 1 / cycles)) / 2
    }
    let rates = try rates(file)
    #expect(rates.count == 3)
    #expect(zip(rates, expected).allSatisfy { abs($0 / $1 - 1) < 1e-9 }, "\(rates)")
  }

  @Test func `a torn last line does not count, and that is said`() throws {
    let whole = Self.header + row(1000, 10, 0, "{\"d\":3}") + row(1000, 5, 0, "{\"d\":5}", id: 1)
    for cut in [3, 12, 30] {
      let result = try QSimProcess.run(["threshold", "-"], input: String(whole.dropLast(cut)))
      #expect(result.status == 0 && result.error.contains("does not count"), "\(result.error)")
    }
  }

  /// What `json.dumps` writes of a file name that is not UTF-8, and what `json.loads` reads.
  @Test(arguments: [
    "\"path\":\"caf\\udce9.stim\"", "\"path\":\"\\ud83d\"", "\"d\":9,\"path\":\"x\"",
    "\"x\":NaN,\"x\":-Infinity",
  ]) func `metadata are read as Python reads them`(more: String) throws {
    let rows = [3, 5].enumerated().map { place, distance in
      row(1000, 10 - place, 0, "{\(more),\"d\":\(distance)}", id: place)
    }
    let result = try QSimProcess.run(["threshold", "-"], input: Self.header + rows.joined())
    #expect(result.status == 0, "\(result.error)")
    #expect(result.output.contains("Λ"), "\(result.output)")
  }

  @Test func `metadata that are no object are called that`() throws {
    let deep = String(repeating: "[", count: 70) + String(repeating: "]", count: 70)
    for metadata in ["{\"d\":3", "[3]", "7", "{'d':3}", "{\"d\":3,\"x\":\(deep)}"] {
      let alone = try QSimProcess.run(
        ["threshold", "-"], input: Self.header + row(1000, 10, 0, metadata))
      #expect(alone.status == 65, "\(metadata)")
      #expect(alone.error.contains("can be read as a JSON object"), "\(alone.error)")
      let beside = try QSimProcess.run(
        ["threshold", "-"],
        input: Self.header + row(1000, 10, 0, metadata) + row(1000, 10, 0, "{\"d\":3}", id: 1))
      #expect(beside.status == 0, "\(beside.error)")
      #expect(
        beside.error.contains("1 row has metadata that cannot be read as a JSON object"),
        "\(beside.error)")
    }
    let none = try QSimProcess.run(
      ["threshold", "-"], input: Self.header + row(1000, 10, 0, "null"))
    #expect(none.error.contains("no row has a distance 'd'"), "\(none.error)")
  }

  @Test func `rows whose numbers are none are counted`() throws {
    let rows = ["{\"d\":3,\"p\":\"x\",\"r\":0}", "{\"d\":5,\"p\":0.1,\"r\":\"y\"}"].enumerated().map
    {
      row(1000, 10, 0, $1, id: $0)
    }
    let result = try QSimProcess.run(["threshold", "-"], input: Self.header + rows.joined())
    #expect(result.error.contains("in 1 row 'p' is no number, and is left out"), "\(result.error)")
    #expect(result.error.contains("in 2 rows 'r' is no number from 1 on"), "\(result.error)")
  }

  @Test func `a distance that is text is called text`() throws {
    let result = try QSimProcess.run(["threshold", "Tests/Fixtures/Reported/tallies/string_d.csv"])
    #expect(result.status == 65)
    #expect(result.error.contains("the distance 'd' is text"), "\(result.error)")
  }

  @Test func `paths do not make every row a group`() throws {
    let result = try QSimProcess.run(["threshold", "Tests/Fixtures/Reported/tallies/paths.csv"])
    #expect(result.status == 0 && result.error.contains("'path' has other values"))
    #expect(result.output.contains("Λ") && result.output.contains("Crossings"))
    let report = try JSONObject(
      QSimProcess.run([
        "threshold", "Tests/Fixtures/Reported/tallies/paths.csv", "--json",
      ]).output)
    let crossings = try #require(report["crossings"] as? [[String: Any]])
    #expect(crossings.compactMap { $0["d"] as? String } == ["3,5", "5,7"])
    for crossing in crossings {
      #expect(abs((crossing["p"] as? Double ?? 0) / 0.01 - 1) < 0.01)
    }
  }

  /// With one error rate, and with one distance, where other metadata could mean anything.
  @Test(arguments: [
    (
      ["\"path\":\"a/3.stim\",\"d\":3", "\"path\":\"a/5.stim\",\"d\":5"], "'path' has other values"
    ),
    (["\"circuit_file\":\"x\",\"d\":3", "\"circuit_file\":\"y\",\"d\":5"], "'circuit_file' has"),
    (["\"c\":\"d3.stim\",\"d\":3", "\"c\":\"d5.stim\",\"d\":5"], "'c' has other values"),
    (["\"c\":\"x/3\",\"d\":3", "\"c\":\"x/5\",\"d\":5", "\"c\":\"x/7\",\"d\":7"], "'c' has"),
    (
      ["\"path\":\"1.stim\",\"d\":3,\"p\":0.1", "\"path\":\"2.stim\",\"d\":3,\"p\":0.2"],
      "'path' has"
    ),
  ])
  func `names of files make no groups`(metadata: [String], warning: String) throws {
    let rows = metadata.enumerated().map { row(1000, 20 - $0, 0, "{\($1)}", id: $0) }
    let result = try QSimProcess.run(["threshold", "-"], input: Self.header + rows.joined())
    #expect(result.status == 0 && result.error.contains(warning), "\(result.error)")
    #expect(result.output.contains("Error rates per experiment: matching\n"), "\(result.output)")
    #expect(result.output.contains("Λ") == !metadata[1].contains("0.2"))
  }

  @Test func `what parts two distances is named, and can be ignored`() throws {
    let rows = [3, 5].enumerated().map { place, distance in
      row(
        1000, 20 - place, 0,
        "{\"d\":\(distance),\"profile\":\"v\(place)\",\"q\":\(distance * distance)}", id: place)
    }
    let input = Self.header + rows.joined()
    let parted = try QSimProcess.run(["threshold", "-"], input: input)
    #expect(parted.status == 0 && !parted.output.contains("Λ"))
    #expect(
      parted.error.contains("since 'profile', 'q' differ between them: --ignore-key profile"),
      "\(parted.error)")
    let joined = try QSimProcess.run(
      ["threshold", "-", "--ignore-key", "profile", "--ignore-key", "q"], input: input)
    #expect(joined.status == 0 && joined.error.isEmpty && joined.output.contains("Λ"))
    // Rows of one distance that differ in it alone add up.
    let twice = try QSimProcess.run(
      ["threshold", "-", "--csv", "--ignore-key", "q"],
      input: Self.header + row(1000, 10, 0, "{\"d\":3,\"q\":1}")
        + row(3000, 50, 0, "{\"d\":3,\"q\":2}", id: 1))
    #expect(twice.output.contains("matching,,3,,4000,60,0.015,"), "\(twice.output)")
  }

  @Test func `rates above a half are printed, or it is said why not`() throws {
    func run(_ metadata: String, errors: Int) throws -> (output: String, error: String) {
      let result = try QSimProcess.run(
        ["threshold", "-", "--csv"],
        input: Self.header + row(1000, 10, 0, "{\"d\":3,\"p\":0.1,\"r\":3}")
          + row(1000, errors, 0, metadata, id: 1))
      #expect(result.status == 0, "\(result.error)")
      return (result.output, result.error)
    }
    for errors in [500, 501, 900] {
      let several = try run("{\"d\":5,\"p\":0.1,\"r\":5}", errors: errors)
      #expect(
        several.error.contains(
          "matching: \(errors) of 1000 shots of d=5 p=0.1 r=5 fail; half and more say nothing"),
        "\(several.error)")
      #expect(several.output.contains(",1000,\(errors),,,"), "\(several.output)")
      let one = try run("{\"d\":5,\"p\":0.1,\"r\":1}", errors: errors)
      let none = try run("{\"d\":5,\"p\":0.1}", errors: errors)
      for (output, error) in [one, none] {
        #expect(error.isEmpty, "\(error)")
        #expect(
          output.contains(",1000,\(errors),0.\(errors == 501 ? "501" : "\(errors / 100)"),"),
          "\(output)")
      }
    }
    #expect(try run("{\"d\":5,\"p\":0.1,\"r\":5}", errors: 499).error.isEmpty)
  }

  @Test func `bases keep their groups, even with one distance each`() throws {
    let rows = [(3, "X"), (5, "X"), (3, "Z"), (5, "Z")].enumerated().map { place, item in
      row(1000, 10 + place, 0, "{\"b\":\"\(item.1)\",\"d\":\(item.0)}", id: place)
    }
    for input in [rows.joined(), rows[0] + rows[3]] {
      let result = try QSimProcess.run(["threshold", "-"], input: Self.header + input)
      #expect(result.output.contains("b=X") && result.output.contains("b=Z"), "\(result.output)")
    }
  }

  @Test func `rates are per experiment where there are no rounds`() throws {
    let input =
      Self.header + row(1000, 10, 0, "{\"d\":3}") + row(1000, 5, 0, "{\"d\":5}", id: 1)
    let result = try QSimProcess.run(["threshold", "-"], input: input)
    #expect(result.output.contains("Error rates per experiment"), "\(result.output)")
    #expect(!result.output.contains("per cycle"))
    let mixed = try QSimProcess.run(
      ["threshold", "-"], input: input + row(1000, 4, 0, "{\"d\":7,\"r\":7}", id: 2))
    #expect(mixed.output.contains("per cycle, per experiment where"), "\(mixed.output)")
  }

  @Test func `rows of discarded shots are named`() throws {
    let input =
      Self.header + row(1000, 10, 0, "{\"d\":3,\"p\":0.01}")
      + row(500, 0, 500, "{\"d\":5,\"p\":0.01}", id: 1)
    let result = try QSimProcess.run(["threshold", "-"], input: input)
    #expect(result.status == 0)
    #expect(
      result.error.contains("all 500 shots of d=5 p=0.01 were discarded"), "\(result.error)")
  }

  @Test(arguments: [
    (Int.max, 0), (.max, 1), (.max, 1 << 62), (.max, .max), (1 << 62, 1 << 62), (.max, .max - 1),
  ]) func `counts up to the largest number are analysed, and larger sums refused`(
    shots: Int, errors: Int
  ) throws {
    let rows = [3, 5, 7].map { row(shots, errors, 0, "{\"d\":\($0),\"p\":0.01,\"r\":3}", id: $0) }
    // The same distance in two rows adds up beyond what a number holds.
    let again = row(shots, errors, 0, "{\"d\":3,\"p\":0.01,\"r\":3}", id: 9)
    let discards = row(.max, 0, .max, "{\"d\":3,\"p\":0.01,\"r\":3}", id: 10)
    for input in [rows.joined(), rows.joined() + again, rows.joined() + again + discards] {
      let result = try QSimProcess.run(
        ["threshold", "-", "--resamples", "50"], input: Self.header + input)
      let isMore = input != rows.joined()
      #expect(
        result.status == (isMore ? 65 : 0) && !result.output.contains("nan"), "\(result.error)")
      #expect(
        !isMore || result.error.contains("<stdin>:5:1: error: with this row"), "\(result.error)")
    }
    // The shots of one task in several rows.
    let same = Self.header + rows[0] + row(10, 0, 0, "{\"d\":3,\"p\":0.01,\"r\":3}", id: 3)
    let result = try QSimProcess.run(["threshold", "-", "--resamples", "50"], input: same)
    #expect(result.status == (shots == .max ? 65 : 0))
    #expect(shots < .max || result.error.contains("<stdin>:3:1: error: with this row"))
  }

  @Test func `distances without errors are named in text, JSON and CSV`() throws {
    let rows = [(3, 100), (5, 20), (7, 0), (9, 0)].map { distance, errors in
      row(10_000, errors, 0, "{\"d\":\(distance),\"p\":0.01}", id: distance)
    }
    let input = Self.header + rows.joined()
    let warning = "none of 10000 shots of d=7 p=0.01 fails, so Λ leaves it out"
    let text = try QSimProcess.run(["threshold", "-"], input: input)
    #expect(text.error.contains(warning) && text.error.contains("d=9"), "\(text.error)")
    #expect(text.output.contains("without d") && text.output.contains("7,9"), "\(text.output)")
    let csv = try QSimProcess.run(["threshold", "-", "--csv"], input: input)
    #expect(csv.error.contains(warning))
    #expect(
      csv.output.contains("lambda_high,left_out") && csv.output.contains(",\"7,9\"\n"),
      "\(csv.output)")
    let json = try JSONObject(
      try QSimProcess.run(["threshold", "-", "--json"], input: input).output)
    #expect((json["suppression"] as? [[String: Any]])?.first?["left_out"] as? String == "7,9")
    #expect((json["warnings"] as? [String])?.contains { $0.contains(warning) } == true)
    // Nobody is told of what does not happen.
    let few = try QSimProcess.run(["threshold", "-"], input: Self.header + rows[0] + rows[1])
    #expect(few.error.isEmpty && !few.output.contains("without d"))
  }

  /// Were fields, names or groups compared with each other, these would take hours.
  @Test func `wide rows and many groups are read in one pass`() throws {
    let columns = 60_000
    let wide =
      "shots,errors,discards,seconds,decoder,strong_id,json_metadata,"
      + (0..<columns).map { "c\($0)" }.joined(separator: ",") + "\n"
      + [3, 5].map { distance in
        "1000,\(distance),0,1,m,\(distance),\"{\"\"d\"\":\(distance)}\","
          + [String](repeating: "x", count: columns).joined(separator: ",")
      }.joined(separator: "\n") + "\n"
    #expect(try QSimProcess.run(["threshold", "-", "--csv"], input: wide).status == 0)
    var many = Self.header
    for place in 0..<6000 {
      many += row(
        1000, 10, 0, "{\"d\":\(place % 2 == 0 ? 3 : 5),\"g\":\"\(place / 2)\"}", id: place)
    }
    let groups = try QSimProcess.run(
      ["threshold", "-", "--csv", "--resamples", "2"], input: many)
    #expect(groups.status == 0, "\(groups.error)")
    var sweep = Self.header
    for place in 0..<6000 {
      sweep += row(
        1000, 10, 0, "{\"d\":\(3 + place % 3),\"p\":\(1e-6 * Double(place / 3 + 1))}", id: place)
    }
    let points = try QSimProcess.run(
      ["threshold", "-", "--csv", "--resamples", "2"], input: sweep)
    #expect(points.status == 0, "\(points.error)")
  }
}
