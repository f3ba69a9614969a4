import Foundation
import TestSupport
import Testing

struct QKDCommandTests {
  private func json(_ arguments: [String]) throws -> JSONObject {
    let result = try QSimProcess.run(["qkd"] + arguments + ["--json"])
    #expect(result.status == 0, "\(result.error)")
    return try JSONObject(result.output)
  }

  @Test func `rows hold rate, loss, parameters and bounds`() throws {
    let report = try json(
      ["rate", "--protocol", "bb84-decoy-infinite", "--preset", "gys", "--distance", "0:100:50"])
    let rows = try #require(report["rows"] as? [[String: Any]])
    #expect(rows.compactMap { $0["distance_km"] as? Double } == [0, 50, 100])
    let last = rows[2]
    #expect(last["protocol"] as? String == "bb84-decoy-infinite")
    #expect(abs((last["loss_db"] as? Double ?? 0) - 21) < 1e-9)
    #expect(abs((last["rate_bit_per_pulse"] as? Double ?? 0) - 1.718e-5) < 5e-9)
    let parameters = try #require(last["parameters"] as? [String: Any])
    #expect(parameters["mu"] as? Double == 0.48 && parameters["loss_db_per_km"] as? Double == 0.21)
    let bounds = try #require(last["bounds"] as? [String: Any])
    for name in ["plob", "plob_with_detectors", "tgw"] { #expect(bounds[name] is Double) }
    #expect((report["assumptions"] as? [[String: Any]])?.isEmpty == false)
  }

  @Test func `reach and crossing are those of the literature`() throws {
    let report = try json([
      "rate", "--protocol", "tf-pm", "--preset", "ma-zeng-zhou", "--optimize", "--max-distance",
      "--crossing", "plob",
    ])
    #expect(abs((report["max_distance_km"] as? Double ?? 0) - 418.30) < 0.01)
    #expect(abs((report["crossing_km"] as? Double ?? 0) - 317.3) < 0.05)
    let crossings = try #require(report["crossings"] as? [[String: Any]])
    #expect(crossings.compactMap { $0["direction"] as? String } == ["above", "below"])
  }

  @Test(arguments: [
    (["--set", "loss_db_per_km=-1"], "loss_db_per_km is in 0...1000 dB/km, not -1.0"),
    (["--set", "probability_1=0.1"], "probability_1 + probability_2 + probability_3 is 1"),
    (["--preset", "gis"], "there is no preset 'gis'"),
    (["--set", "muu=1"], "no parameter 'muu'"),
    (["--set", "block_size=many"], "block_size is a number or first:last:step"),
    (["--distance", "-5"], "distance_km is in 0...1000000 km, not -5.0"),
    (["--distance", "0:10:-1"], "has no end"),
    (["--preset", "lodewyck"], "'lodewyck' is not for bb84-decoy-finite-two"),
  ]) func `bad scenarios name field, value and range`(options: [String], message: String) throws {
    let result = try QSimProcess.run(
      ["qkd", "rate", "--protocol", "bb84-decoy-finite-two"] + options)
    #expect(result.status == 64, "\(result.error)")
    #expect(result.error.contains(message), "\(result.error)")
  }

  @Test(arguments: [
    """
    {"protocol": "tf-sns", "parameters": {"misalignment": 0.1, "mu": "0.1:0.3:0.1"},
     "distance_km": [0, 100], "optimize": false}
    """,
    """
    # Two distances, three intensities.
    protocol: tf-sns
    parameters:
      misalignment: 0.1
      mu: 0.1:0.3:0.1
    distance_km: [0, 100]
    """,
  ]) func `a scenario file says the same as options`(text: String) throws {
    let file = try QSimProcess.run(["qkd", "rate", "-", "--csv"], input: text)
    let options = try QSimProcess.run([
      "qkd", "rate", "--protocol", "tf-sns", "--set", "misalignment=0.1", "--set", "mu=0.1:0.3:0.1",
      "--distance", "0,100", "--csv",
    ])
    #expect(file.status == 0 && file.outputBytes == options.outputBytes, "\(file.error)")
    #expect(file.output.split(separator: "\n").count == 7)
  }

  @Test func `lists of values make rows`() throws {
    let text = """
      protocol: tf-sns
      parameters:
        mu: [0.1:0.2:0.1, 0.3]
      distance_km: [0, 10:30:10]
      """
    let result = try QSimProcess.run(["qkd", "rate", "-", "--csv"], input: text)
    #expect(result.output.split(separator: "\n").count == 13, "\(result.error)")
  }

  @Test func `options win over a scenario file`() throws {
    let text = "protocol: bb84-decoy-finite-two\nparameters:\n  probability_1: 0.5\n"
    let settings = ["--set", "probability_2=0.4", "--set", "probability_3=0.1"]
    let result = try QSimProcess.run(
      ["qkd", "rate", "-", "--distance", "0"] + settings, input: text)
    #expect(result.status == 0, "\(result.error)")
  }

  @Test(arguments: [
    ("{\"protocol\": \"tf-sn\"}", "1:14: error: there is no protocol 'tf-sn'"),
    ("{\"parameters\": {\n \"mu\": -1}}", "2:8: error: mu is in 0...10 photons, not -1.0"),
    ("parameters:\n  loss_db_per_km: -2\n", "2:19: error: loss_db_per_km is in 0...1000 dB/km"),
    ("parameters:\n  mu: [0.1, [2]]\n", "2:13: error: mu is a number or a range, not a list"),
    ("preset: gis\n", "1:9: error: there is no preset 'gis'"),
    ("parameters:\n  muu: 1\n", "2:3: error: 'muu' is no parameter"),
    ("optimize: maybe\n", "1:11: error: optimize is true or false, not 'maybe'"),
    ("distance_km: [0, -5]\n", "1:18: error: distance_km is in 0...1000000 km, not -5.0"),
    (
      "protocol: bb84-decoy-finite-two\nparameters:\n  probability_1: 0.1\n",
      "3:3: error: probability_1 + probability_2 + probability_3 is 1"
    ),
    ("protocol: tf-pm\nprotocol: tf-sns\n", "the key 'protocol' stands twice"),
    ("{\"optimise\": true}", "1:2: error: 'optimise' is no key of a scenario"),
    ("{\"distance_km\": \"0:\"}", "error: distance_km is a number"), ("[]", "1:1: error:"),
    ("", "1:1: error: the scenario is empty"), ("{\"protocol\": ", "error:"),
  ]) func `a bad scenario file is shown where it is wrong`(text: String, message: String) throws {
    let result = try QSimProcess.run(["qkd", "rate", "-"], input: text)
    #expect(result.status == 65 && result.error.contains(message), "\(result.error)")
  }

  @Test func `results do not depend on threads`() throws {
    let outputs = try ["1", "2", "3"].map {
      try QSimProcess.run([
        "qkd", "compare", "--protocols", "bb84-decoy-finite-two,tf-pm", "--optimize", "--distance",
        "0:100:20", "--json", "--reproducible", "--threads", $0,
      ]).outputBytes
    }
    #expect(Set(outputs).count == 1 && !outputs[0].isEmpty)
  }

  @Test func `a comparison draws its curves and marks crossings`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("curves.svg")
    let result = try QSimProcess.run([
      "qkd", "compare", "--protocols", "tf-pm", "--preset", "ma-zeng-zhou", "--optimize",
      "--distance", "0:420:20", "--svg", path,
    ])
    #expect(result.status == 0 && result.output.contains("317.3"), "\(result.error)")
    let svg = try String(contentsOfFile: path, encoding: .utf8)
    #expect(svg.contains("PLOB") && svg.contains("tf-pm 317.3 km"))
  }

  @Test func `a pass makes one key`() throws {
    let report = try json([
      "pass", "--step-s", "10", "--set", "repetition_rate_hz=1e8", "--optimize",
    ])
    #expect((report["key_length_bits"] as? Double ?? 0) > 1e5)
    #expect((report["elevation_cut_deg"] as? Double ?? 0) >= 10)
    let rows = try #require(report["rows"] as? [[String: Any]])
    #expect(rows.contains { $0["elevation_deg"] as? Double ?? 0 > 89.9 })
    let bright = try json([
      "pass", "--step-s", "10", "--set", "repetition_rate_hz=1e8", "--optimize", "--sky-radiance",
      "0.1",
    ])
    #expect((bright["background_photons_per_gate"] as? Double ?? 0) > 1e-6)
    #expect(
      bright["key_length_bits"] as? Double ?? .infinity
        < report["key_length_bits"] as? Double ?? 0)
    for (option, value) in [
      ("--sky-radiance", "-1"), ("--altitude-km", "-1"), ("--protocol", "tf-pm"),
      ("--set", "block_size=1"),
    ] {
      #expect(try QSimProcess.run(["qkd", "pass", option, value]).status == 64)
    }
  }

  @Test func `no row of the literature fails`() throws {
    let report = try json(["validate"])
    #expect(report["failures"] as? Int == 0)
    #expect((report["rows_checked"] as? Int ?? 0) > 40)
  }

  @Test func `the catalog has names, units and defaults`() throws {
    let report = try JSONObject(try QSimProcess.run(["catalog", "protocols", "--json"]).output)
    let rows = try #require(report["rows"] as? [[String: Any]])
    #expect(rows.count == 28)
    let parameters = rows.flatMap { $0["parameters"] as? [[String: Any]] ?? [] }
    #expect(parameters.allSatisfy { $0["unit"] is String && $0["name"] is String })
    let names = Set(parameters.compactMap { $0["name"] as? String })
    let expected = """
      loss_db_per_km detector_efficiency dark_count_probability misalignment \
      error_correction_efficiency mu nu repetition_rate_hz phase_slices sending_probability \
      block_size epsilon_secrecy epsilon_correctness afterpulse_probability modulation_variance \
      excess_noise electronic_noise reconciliation_efficiency transmittance receiver_trusted \
      relay_position pairing_window intensity_1 intensity_2 intensity_3 probability_1 probability_2 \
      probability_3 basis_probability g2 brightness mean_pairs frame_error_rate constellation_size \
      amplitude estimation_fraction
      """
    #expect(names.isSuperset(of: expected.split(separator: " ").map(String.init)))
  }
}
