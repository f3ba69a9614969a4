import Foundation
import TestSupport
import Testing

struct CollectCommandTests {
  /// Small tasks that end in different ways.
  static let arguments = [
    "collect", "--code", "repetition_code", "--task", "memory", "--distance", "3,5", "--rounds",
    "d", "--p", "0.01,0.03", "--decoders", "union-find", "--max_shots", "150000", "--max_errors",
    "2000", "--seed", "7",
  ]

  /// Lines without the column of seconds.
  static func rows(_ path: String) throws -> [String] {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text.hasSuffix("\n"))
    return text.split(separator: "\n").map { line in
      var fields = line.split(separator: ",", omittingEmptySubsequences: false)
      fields.remove(at: 3)
      return fields.joined(separator: ",")
    }
  }

  @Test func `shots that would take too long are refused before they start`() throws {
    let folder = try TemporaryFolder()
    // Heralds on many qubits that are entangled more and more: nothing of it folds.
    let qubits = (0..<600).map(String.init).joined(separator: " ")
    let shifted = (1..<599).map(String.init).joined(separator: " ")
    _ = try folder.write(
      """
      R \(qubits)
      REPEAT 1000000000000 {
      CX \(qubits)
      H \(qubits)
      CX \(shifted)
      HERALDED_ERASE(0.001) 0
      }
      R \(qubits)
      X_ERROR(0.1) 0
      M 0
      DETECTOR rec[-1]
      OBSERVABLE_INCLUDE(0) rec[-1]

      """, to: "c.stim")
    let result = try QSimProcess.shell(
      "cd '\(folder.url.path)'; qsim collect --circuits c.stim --decoders matching "
        + "--max-shots 100 --seed 1")
    #expect(result.status == 71 && result.error.contains("c.stim"), "\(result.error)")
    // The shots that were asked for, not those of a whole block.
    #expect(result.error.contains("a block of shots would take about "), "\(result.error)")
    #expect(result.error.contains(" steps a shot, 100 shots, "), "\(result.error)")
    #expect(result.error.contains("fewer rounds"), "\(result.error)")
  }

  @Test func `rows are those of sinter, for any number of threads`() throws {
    let folder = try TemporaryFolder()
    var first: [String]?
    for threads in 1...3 {
      let path = folder.path("\(threads).csv")
      let result = try QSimProcess.run(
        Self.arguments + ["--threads", "\(threads)", "--out", path])
      #expect(result.status == 0, "\(result.error)")
      #expect(result.output.contains("error rate"))
      let rows = try Self.rows(path)
      #expect(rows[0].hasPrefix("     shots,    errors,  discards,decoder,strong_id,"))
      #expect(rows.count > 8)
      #expect(rows == first ?? rows)
      first = rows
    }
  }

  @Test func `a killed run goes on where its rows end`() throws {
    let folder = try TemporaryFolder()
    let whole = folder.path("whole.csv")
    #expect(try QSimProcess.run(Self.arguments + ["--out", whole]).status == 0)
    let expected = try Self.rows(whole)
    for (place, delay) in ["0.02", "0.05", "0.1", "0.2"].enumerated() {
      let path = folder.path("killed\(place).csv")
      let line = (["qsim"] + Self.arguments + ["--out", path]).joined(separator: " ")
      _ = try QSimProcess.shell("\(line) > /dev/null & sleep \(delay); kill -9 $!; wait")
      let result = try QSimProcess.run(Self.arguments + ["--out", path, "--resume"])
      #expect(result.status == 0, "\(result.error)")
      #expect(try Self.rows(path) == expected)
    }
  }

  @Test func `a file torn anywhere is mended`() throws {
    let folder = try TemporaryFolder()
    let whole = folder.path("whole.csv")
    #expect(try QSimProcess.run(Self.arguments + ["--out", whole]).status == 0)
    let expected = try Self.rows(whole)
    let bytes = try Data(contentsOf: URL(fileURLWithPath: whole))
    for length in [0, 20, 90, 200, bytes.count / 2, bytes.count - 1, bytes.count] {
      let path = folder.path("torn\(length).csv")
      try bytes.prefix(length).write(to: URL(fileURLWithPath: path))
      let result = try QSimProcess.run(Self.arguments + ["--out", path, "--resume"])
      #expect(result.status == 0, "\(result.error)")
      #expect(try Self.rows(path) == expected)
    }
  }

  @Test func `a file goes on behind a byte order mark`() throws {
    let folder = try TemporaryFolder()
    let whole = folder.path("whole.csv")
    #expect(try QSimProcess.run(Self.arguments + ["--out", whole]).status == 0)
    let expected = try Self.rows(whole)
    let text = try String(contentsOfFile: whole, encoding: .utf8)
    for length in [0, 20, text.utf8.count / 2, text.utf8.count] {
      let path = try folder.write("\u{feff}\(text.prefix(length))", to: "marked.csv")
      let result = try QSimProcess.run(Self.arguments + ["--out", path, "--resume"])
      #expect(result.status == 0, "\(result.error)")
      let rows = try Self.rows(path)
      #expect(rows.first == expected.first || rows.first == "\u{feff}\(expected[0])")
      #expect(rows.dropFirst() == expected.dropFirst())
    }
  }

  @Test func `rows of another seed, and changed ones, are not gone on with`() throws {
    let folder = try TemporaryFolder()
    let whole = folder.path("whole.csv")
    #expect(try QSimProcess.run(Self.arguments + ["--out", whole]).status == 0)
    let lines = try Self.rows(whole)
    #expect(lines.count > 4)
    let text = try String(contentsOfFile: whole, encoding: .utf8)
    var rows = text.split(separator: "\n").map(String.init)
    // The rows of the first task, unfinished.
    rows.removeLast(rows.count / 2)
    func resume(_ rows: [String], _ arguments: [String]) throws -> Invocation {
      let path = try folder.write(rows.joined(separator: "\n") + "\n", to: "part.csv")
      return try QSimProcess.run(arguments + ["--out", path, "--resume"])
    }
    #expect(try resume(rows, Self.arguments).status == 0)
    let seed = try #require(Self.arguments.firstIndex(of: "--seed"))
    var other = Self.arguments
    other[seed + 1] += "1"
    let foreign = try resume(rows, other)
    #expect(foreign.status == 65 && foreign.error.contains("another seed"), "\(foreign.error)")
    other.removeSubrange(seed...seed + 1)
    let without = try resume(rows, other)
    #expect(without.status == 0 && without.error.contains("another seed than"))
    var changed = rows
    let errors = changed[1].split(separator: ",", omittingEmptySubsequences: false)
    let count = try #require(Int(errors[1].filter { $0 != " " }))
    changed[1] = ([errors[0], "\(count + 1)"] + errors.dropFirst(2)).joined(separator: ",")
    #expect(try resume(changed, Self.arguments).status == 65)
    var missing = rows
    missing.remove(at: 1)
    #expect(try resume(missing, Self.arguments).status == 65)
    // Files of earlier versions have no checksums: their rows are drawn again.
    func unchecked(_ rows: [String]) -> [String] {
      rows.map { $0.split(separator: ",", omittingEmptySubsequences: false) }
        .map { $0.dropLast().joined(separator: ",") }
    }
    #expect(try resume(unchecked(rows), Self.arguments).status == 0)
    #expect(try resume(unchecked(changed), Self.arguments).status == 65)
  }

  /// What editors, spreadsheets and slips do to rows, and the line that is to blame.
  @Test func `a change in any row is noticed at its line`() throws {
    let folder = try TemporaryFolder()
    let whole = folder.path("whole.csv")
    #expect(try QSimProcess.run(Self.arguments + ["--out", whole]).status == 0)
    let text = try String(contentsOfFile: whole, encoding: .utf8)
    let lines = text.split(separator: "\n").map(String.init)
    #expect(lines.count > 8 && lines[0].hasSuffix(",custom_counts,check"))
    func resume(_ lines: [String]) throws -> Invocation {
      let path = try folder.write(lines.joined(separator: "\n") + "\n", to: "changed.csv")
      let result = try QSimProcess.run(Self.arguments + ["--out", path, "--resume"])
      if result.status == 65 {
        #expect(
          try String(contentsOfFile: path, encoding: .utf8) == lines.joined(separator: "\n") + "\n")
      }
      return result
    }
    #expect(try resume(lines).status == 0)
    // Written otherwise, they are the same rows.
    #expect(try resume(lines.map { $0.replacing(" ", with: "") + "\r" }).status == 0)
    func edited(_ line: Int, _ column: Int, _ value: (Int) -> Int) throws -> [String] {
      var fields = lines[line].split(separator: ",", omittingEmptySubsequences: false)
      let count = try #require(Int(fields[column].filter { $0 != " " }))
      fields[column] = "\(value(count))"
      var edited = lines
      edited[line] = fields.joined(separator: ",")
      return edited
    }
    for line in [1, 4, lines.count / 2, lines.count - 1] {
      let changes = [
        try edited(line, 1) { $0 + 1 }, try edited(line, 0) { $0 + 64 },
        try edited(line, 2) { $0 + 1 },
      ]
      for changed in changes {
        let result = try resume(changed)
        #expect(
          result.status == 65 && result.error.contains("changed.csv:\(line + 1):1: error:"),
          "\(result.error)")
      }
    }
    var swapped = lines
    swapped.swapAt(3, 5)
    #expect(try resume(swapped).error.contains("changed.csv:4:1: error:"))
    var doubled = lines
    doubled.insert(lines[4], at: 5)
    #expect(try resume(doubled).error.contains("changed.csv:6:1: error:"))
    var foreign = lines
    foreign[4] = foreign[4].split(separator: ",", omittingEmptySubsequences: false).dropLast()
      .joined(separator: ",")
    #expect(try resume(foreign).error.contains("changed.csv:5:1: error:"))
  }

  @Test(arguments: [
    "precious", "     shots,    errors, precious", "shots,errors\n1,2\n",
    "errors,shots,discards,seconds,decoder,strong_id,json_metadata,custom_counts\n",
  ]) func `nothing is cut off a file that is not ours`(text: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(text, to: "stats.csv")
    let resumed = try QSimProcess.run(Self.arguments + ["--out", path, "--resume"])
    #expect(resumed.status == 65 && resumed.error.contains("stats.csv:1:1: error:"))
    #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
  }

  @Test(arguments: ["99999999999", "9223372036854775807"])
  func `rounds of a huge distance are refused`(distance: String) throws {
    for rounds in ["3d", "d", "1099511627775d"] {
      let result = try QSimProcess.run([
        "collect", "--code", "surface_code", "--task", "rotated_memory_z", "--distance", distance,
        "--rounds", rounds, "--decoders", "union-find", "--max_shots", "1",
      ])
      #expect(result.status == 64 && !result.wasKilled, "\(result.error)")
    }
  }

  /// Lines of bash that wait until a file has more lines than it had, or `$pid` is gone.
  private static func waiting(forRowsIn path: String) -> String {
    """
    rows() { cat '\(path)' 2> /dev/null | wc -l; }; before=$(rows)
    while [ $(rows) -le $before ] && kill -0 $pid; do sleep 0.05; done
    """
  }

  @Test func `an interrupt keeps the rows so far and says how to go on`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("stats.csv")
    func arguments(limit: Int) -> [String] {
      Self.arguments.map { ["150000", "2000"].contains($0) ? "\(limit)" : $0 } + ["--out", path]
    }
    let line = (["qsim"] + arguments(limit: 5_000_000_000)).joined(separator: " ")
    // The line of names, then a row.
    let wait = Self.waiting(forRowsIn: path)
    let (call, seconds) = try QSimProcess.interrupted(line, once: "\(wait)\n\(wait)")
    #expect(call.status == 75 && seconds < 3, "\(call.status) after \(seconds) s: \(call.error)")
    #expect(call.error.contains("go on with: qsim collect"))
    #expect(call.error.contains("--resume"))
    let kept = try Self.rows(path)
    #expect(kept.count > 1)
    // More shots than any task can have by now.
    let shots = kept.dropFirst().compactMap { Int($0.prefix { $0 != "," }.filter { $0 != " " }) }
    #expect(shots.count == kept.count - 1 && shots.allSatisfy { $0 > 0 })
    let limit = shots.reduce(50_000, +)
    let resumed = try QSimProcess.run(arguments(limit: limit) + ["--resume"])
    #expect(resumed.status == 0, "\(resumed.error)")
    let rows = try Self.rows(path)
    #expect(rows.count >= kept.count + 4 && rows.starts(with: kept))
  }

  @Test func `the hint of an interrupt is followed, whoever made the rows`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("stats.csv")
    let arguments = Array(Self.arguments.dropLast(2)) + ["--out", path, "--resume"]
    let maxima = try ["--max_shots", "--max_errors"].map {
      try #require(arguments.firstIndex(of: $0)) + 1
    }
    var long = arguments
    for place in maxima { long[place] = "5000000000" }
    // No rows yet; rows of this seed; rows of another one.
    for other in [nil, "5"] {
      if let other {
        try FileManager.default.removeItem(atPath: path)
        #expect(try QSimProcess.run(arguments + ["--seed", other]).status == 0)
      }
      var line = (["qsim"] + long).joined(separator: " ")
      for turn in 0..<2 {
        let (result, seconds) = try QSimProcess.interrupted(
          line, once: Self.waiting(forRowsIn: path))
        #expect(result.status == 75 && seconds < 3, "\(turn): \(seconds) s, \(result.error)")
        let command = try #require(result.error.firstRange(of: "go on with: "))
        line = String(result.error[command.upperBound...].prefix { $0 != "\n" })
        #expect(line.contains("--seed") == (other == nil), "\(line)")
      }
    }
  }

  struct TaskID: Decodable {
    let circuit: String
    let id: String
  }

  @Test func `ids are those of sinter`() throws {
    let text = try Repository.text("Tests/Fixtures/tallies/task_ids.json")
    let objects = try #require(
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]])
    #expect(objects.count >= 8)
    let folder = try TemporaryFolder()
    for (place, object) in objects.enumerated() {
      let circuit = try folder.write(object["circuit"] as? String ?? "", to: "c\(place).stim")
      let metadata = try JSONSerialization.data(
        withJSONObject: object["metadata"] ?? [:], options: .sortedKeys)
      let plan = """
        {"decoders": "union-find", "tasks": [
         {"circuits": "\(circuit)", "metadata": \(String(decoding: metadata, as: UTF8.self))}]}
        """
      let path = try folder.write(plan, to: "plan\(place).json")
      let result = try QSimProcess.run([
        "collect", "--plan", path, "--seed", "1", "--max_detectors", "2000002", "--max_shots", "0",
        "--json",
      ])
      #expect(result.status == 0, "\(result.error)")
      // No shots, and no decoders: those of a million rounds take long to make.
      let row = try #require((try JSONObject(result.output)["rows"] as? [[String: Any]])?.first)
      #expect(row["strong_id"] as? String == object["id"] as? String && row["shots"] as? Int == 0)
    }
    // Rows have the ids of the report.
    let row = try QSimProcess.run([
      "collect", "--plan", folder.path("plan0.json"), "--seed", "1", "--max_shots", "64",
    ])
    #expect(
      row.output.contains(",union-find,\(objects[0]["id"] as? String ?? "-"),"), "\(row.error)")
  }

  @Test func `decoders are listed with blanks or commas`() throws {
    let arguments = [
      "collect", "--code", "repetition_code", "--task", "memory", "--distance", "3", "--rounds",
      "2",
      "--p", "0.1", "--max_shots", "10", "--seed", "1", "--decoders",
    ]
    let lists = [
      ["matching", "union-find"], ["matching,union-find"], ["matching,", "union-find"],
    ]
    let outputs = try lists.map {
      try QSimProcess.run(arguments + $0 + ["--json", "--reproducible"])
    }
    for output in outputs {
      #expect(output.status == 0 && output.output == outputs[0].output, "\(output.error)")
    }
    #expect(outputs[0].output.contains("\"union-find\""))
    let unknown = try QSimProcess.run(arguments + ["matching,union-fnd"])
    #expect(unknown.status == 64 && unknown.error.contains("'union-fnd'"), "\(unknown.error)")
  }

  @Test func `a file without rows is not left behind`() throws {
    let folder = try TemporaryFolder()
    // Decoders are made when a task starts.
    let circuit = try folder.write(
      (0..<30).map { "X_ERROR(0.1) \($0)\nM \($0)\nDETECTOR rec[-1]\n" }.joined(), to: "c.stim")
    let path = folder.path("stats.csv")
    let arguments = [
      "collect", "--circuits", circuit, "--decoders", "lookup", "--max_shots", "10", "--out", path,
    ]
    let refused = try QSimProcess.run(arguments)
    #expect(refused.status != 0 && refused.error.contains("at most 25"), "\(refused.error)")
    #expect(!FileManager.default.fileExists(atPath: path))
    // One that was there stays as it was.
    for text in ["", "     shots,"] {
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
      #expect(try QSimProcess.run(arguments + ["--resume"]).status != 0)
      #expect(FileManager.default.fileExists(atPath: path))
    }
  }

  @Test func `names of files are metadata`() throws {
    let folder = try TemporaryFolder()
    let circuit = try QSimProcess.run([
      "gen", "--code", "repetition_code", "--task", "memory", "--distance", "3", "--rounds", "2",
      "--before_measure_flip_probability", "0.1",
    ]).output
    let named = try folder.write(circuit, to: "d=3,p=0.10,name=x.stim")
    let plain = try folder.write(circuit, to: "plain.stim")
    let result = try QSimProcess.run([
      "collect", "--circuits", named, plain, "--decoders", "union-find", "--max_shots", "100",
      "--seed", "1",
    ])
    #expect(result.output.contains(#""{""d"":3,""name"":""x"",""p"":0.1}","#))
    #expect(result.output.contains(#""{""path"":""\#(plain)""}","#))
  }

  @Test(arguments: [
    (["collect"], 64, "there is no task"),
    (
      [
        "collect", "--code", "surface_code", "--task", "rotated_memory_z", "--distance", "3",
        "--decoders", "union-find",
      ], 64, "tasks have no end"
    ),
    (
      [
        "collect", "--code", "surface_code", "--task", "rotated_memory_z", "--distance", "3",
        "--decoders", "union-fnd", "--max_shots", "1",
      ], 64, "did you mean 'union-find'?"
    ),
    (
      ["collect", "--circuits", "nowhere.stim", "--decoders", "union-find", "--max_shots", "1"], 66,
      "nowhere.stim"
    ),
    (["collect", "--circuits", "x.stim", "--resume"], 64, "--out"),
  ]) func `what cannot be collected is refused`(
    arguments: [String], status: Int, message: String
  ) throws {
    let result = try QSimProcess.run(arguments)
    #expect(result.status == Int32(status) && result.error.contains(message), "\(result.error)")
  }

  @Test func `what a circuit or its decoder refuses is shown in its file`() throws {
    let folder = try TemporaryFolder()
    let open = try folder.write(
      "R 0 1\nX_ERROR(0.1) 0\nM 0 1\nDETECTOR rec[-1]\nH 0\nM 0\nDETECTOR rec[-1]\n",
      to: "open.stim")
    let result = try QSimProcess.run([
      "collect", "--circuits", open, "--decoders", "matching", "--max_shots", "10",
    ])
    #expect(result.status == 65, "\(result.error)")
    #expect(result.error.hasPrefix("\(open):3:1: error: D1 is random"), "\(result.error)")
    // An error of three detectors at a time, which matching cannot decode.
    let triple = try folder.write(
      "R 0 1 2\nE(0.1) X0 X1 X2\nM 0 1 2\nDETECTOR rec[-1]\nDETECTOR rec[-2]\nDETECTOR rec[-3]\n",
      to: "triple.stim")
    let refused = try QSimProcess.run([
      "collect", "--circuits", triple, "--decoders", "matching", "--max_shots", "10",
    ])
    #expect(refused.status == 65, "\(refused.error)")
    #expect(refused.error.contains("\(triple):2:1: error:"), "\(refused.error)")
    let plan = try folder.write(
      "max_shots: 10\ndecoders: matching\ntasks:\n  - code: color_code\n    task: memory_xyz\n"
        + "    distance: [3, 5]\n    p: 0.01\n", to: "plan.yaml")
    let planned = try QSimProcess.run(["collect", "--plan", plan])
    #expect(planned.status == 65, "\(planned.error)")
    #expect(
      planned.error.contains("\(plan):4:5: error: {\"d\":5,\"p\":0.01,\"r\":5}: "),
      "\(planned.error)")
  }

  @Test func `what is too large is refused before it is made`() throws {
    let folder = try TemporaryFolder()
    let plan = try folder.write(
      #"{"max_shots":10,"decoders":["matching"],"tasks":[{"code":"repetition_code","task":"memory","distance":[3,1_000],"rounds":["d","2d",4],"p":[0.01]}]}"#,
      to: "plan.json")
    let result = try QSimProcess.run(["collect", "--plan", plan])
    #expect(result.status == 71 && result.output.isEmpty, "\(result.error)")
    #expect(result.error.contains("\(plan):1:"), "\(result.error)")
    #expect(result.error.contains("distance 1000, 1000 rounds"), "\(result.error)")
    #expect(result.error.contains("at distance 1000 use at most 524 rounds"), "\(result.error)")
    let surface = [
      "collect", "--code", "surface_code", "--task", "rotated_memory_z", "--decoders", "matching",
      "--max_shots", "1", "--seed", "1", "--distance",
    ]
    for (arguments, fits) in [
      (["2047", "--rounds", "1"], false), (["3", "--rounds", "1099511627775"], false),
      (["3", "--rounds", "100", "--max_detectors", "799"], false),
      (["3", "--rounds", "100", "--max_detectors", "800"], true),
    ] {
      let result = try QSimProcess.run(surface + arguments)
      #expect(result.status == (fits ? 0 : 71), "\(arguments): \(result.error)")
    }
    let circuit = try folder.write(
      "M 0\nREPEAT 600000 {\n    M 0\n    DETECTOR rec[-1] rec[-2]\n}\n", to: "long.stim")
    let wide = try folder.write("M 0\nOBSERVABLE_INCLUDE(100000) rec[-1]\n", to: "wide.stim")
    for file in [circuit, wide] {
      let result = try QSimProcess.run([
        "collect", "--circuits", file, "--decoders", "matching", "--max_shots", "1",
      ])
      #expect(result.status == 71 && result.error.contains("\(file): "), "\(result.error)")
    }
  }

  @Test func `an interrupt does not wait for an analysis or a long block`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("stats.csv")
    // The analysis takes seconds, and a first batch of shots minutes, or hours.
    let line =
      "qsim collect --code surface_code --task rotated_memory_z --distance 41 --rounds 200 "
      + "--p 0.01 --decoders matching --max_shots 1000000 --seed 1 --out '\(path)'"
    let early = try QSimProcess.interrupted(line, once: "sleep 0.3")
    #expect([75, 130].contains(early.call.status) && early.seconds < 3, "\(early)")
    try? FileManager.default.removeItem(atPath: path)
    let late = try QSimProcess.interrupted(
      line, once: "\(Self.waiting(forRowsIn: path)); sleep 2")
    #expect(late.call.status == 75 && late.seconds < 3, "\(late)")
    #expect(try Self.rows(path).count == 1)
  }

  @Test func `a file with rows is not overwritten`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("precious\n", to: "stats.csv")
    let plain = try QSimProcess.run(Self.arguments + ["--out", path])
    #expect(plain.status == 64 && plain.error.contains("--resume"))
    let resumed = try QSimProcess.run(Self.arguments + ["--out", path, "--resume"])
    #expect(resumed.status == 65 && resumed.error.contains("stats.csv:1:1: error:"))
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "precious\n")
  }

  @Test(arguments: [
    ("tasks: [\n", "2:1"), ("tasks:\n  - cod: x\n", "2:5"), ("", "1:1"), ("max_shots: 3\n", "1:1"),
    ("tasks:\n  - code: surface_code\n", "2:5"), ("max_shots: many\ntasks: []\n", "1:12"),
    ("tasks:\n  - circuits: a.stim\n    p: 0.1\n", "2:5"),
    ("tasks:\n  - {code: a, task: b, distance: 3, p: 2}\n", "2:40"),
    ("tasks:\n  - {code: a, task: b, distance: 3, rounds: x}\n", "2:45"),
    ("tasks: {a: {a: {a: &x [*x]}}}\n", ""),
  ]) func `what is wrong in a plan is shown at its place`(text: String, place: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(text, to: "plan.yaml")
    let result = try QSimProcess.run([
      "collect", "--plan", path, "--decoders", "union-find", "--max_shots", "10",
    ])
    #expect(result.status == 65, "\(result.error)")
    #expect(result.error.hasPrefix("\(path):\(place)"), "\(result.error)")
  }
}

struct ThresholdCommandTests {
  @Test func `a plot, tables and an object come of one file`() throws {
    let folder = try TemporaryFolder()
    let csv = folder.path("stats.csv")
    let collected = try QSimProcess.run([
      "collect", "--code", "surface_code", "--task", "rotated_memory_z", "--distance", "3,5,7",
      "--rounds", "d", "--p", "0.004,0.008,0.016,0.03", "--decoders", "union-find", "--max_shots",
      "20000", "--seed", "3", "--out", csv,
    ])
    #expect(collected.status == 0, "\(collected.error)")
    let svg = folder.path("plot.svg")
    let text = try QSimProcess.run(["threshold", csv, "--svg", svg])
    #expect(text.status == 0, "\(text.error)")
    #expect(text.output.contains("Λ") && text.output.contains("Crossings"))
    let drawing = try String(contentsOfFile: svg, encoding: .utf8)
    #expect(drawing.contains("class=\"band\"") && drawing.contains("d = 7"))
    let json = try JSONObject(
      try QSimProcess.run(["threshold", csv, "--json", "--reproducible"]).output)
    #expect((json["rates"] as? [Any])?.count == 12)
    #expect((json["suppression"] as? [Any])?.count == 12)
    #expect(
      (json["methods", "intervals"] as? String)?.hasPrefix("parametric bootstrap, central 95 %")
        == true)
    #expect(json["timing"] == nil)
  }

  @Test func `files without distances are refused`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(
      """
      shots,errors,discards,seconds,decoder,strong_id,json_metadata
      10,1,0,0.1,a,b,"{""path"":""x""}"

      """, to: "stats.csv")
    let result = try QSimProcess.run(["threshold", path])
    #expect(result.status == 65 && result.error.contains("distance"))
    #expect(result.error.contains("\(path): "), "\(result.error)")
    let none = try QSimProcess.run(["threshold", folder.path("none.csv")])
    #expect(none.status == 66)
  }
}

struct WillowTests {
  @Test func `the experiment stands beside the published figures`() throws {
    let folder = try TemporaryFolder()
    let svg = folder.path("willow.svg")
    let result = try QSimProcess.run([
      "examples", "willow", "--distance", "3,5", "--rounds", "5,15", "--shots", "4000", "--seed",
      "1", "--json", "--reproducible", "--svg", svg,
    ])
    #expect(result.status == 0, "\(result.error)")
    let json = try JSONObject(result.output)
    let rates = try #require(json["rates"] as? [[String: Any]])
    #expect(rates.map { $0["d"] as? Int } == [3, 5])
    for rate in rates {
      let (value, published) = (rate["rate"] as? Double, rate["willow"] as? Double)
      #expect(abs((value ?? 0) / (published ?? 1) - 1) < 0.4)
    }
    #expect((json["experiments"] as? [Any])?.count == 4)
    let drawing = try String(contentsOfFile: svg, encoding: .utf8)
    #expect(drawing.contains("Willow") && drawing.contains("dashed"))
  }

  @Test func `its options are for it alone`() throws {
    let result = try QSimProcess.run(["examples", "bell.qasm", "--shots", "5"])
    #expect(result.status == 64 && result.error.contains("qsim examples willow"))
  }
}
