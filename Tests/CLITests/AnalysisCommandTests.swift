import TestSupport
import Testing

/// Commands that tell about circuits without running them.
struct AnalysisCommandTests {
  private static let circuit = "R 0\nTICK\nX_ERROR(0.1) 0\nM(0.2) 0\nDETECTOR(1, 2) rec[-1]\n"

  @Test(arguments: [
    (["diagram", "--type", "detslice-text", "--tick", "1"], "q0: -Z:D0-\n"),
    (
      ["diagram", "--type", "detslice-text", "--tick", "1", "--filter_coords", "1,2:L0"],
      "q0: -Z:D0-\n"
    ),
    (["diagram", "--type", "detslice-text", "--tick", "1", "--filter_coords", "3"], "q0: -\n"),
    (["transform", "--form", "without-noise"], "R 0\nTICK\nM 0\nDETECTOR(1, 2) rec[-1]\n"),
    (["flows"], "1 -> rec[0]\n1 -> Z\n"),
    (["flows", "--has", "1 -> Z", "--has", "1 -> -Z", "--unsigned"], "true\ntrue\n"),
    (["missing_detectors"], ""),
  ]) func `answers are right`(arguments: [String], output: String) throws {
    let result = try QSimProcess.run(arguments, input: Self.circuit)
    #expect(result.status == 0, "\(result.error)")
    #expect(result.output == output)
  }

  @Test(arguments: [
    (["diagram", "--type", "timeline-3d"], 64, "matchgraph-svg"),
    (["diagram", "--type", "detslice-svg"], 64, "--tick"),
    (["diagram", "--type", "detslice-svg", "--tick", "3:2"], 64, "'3:2' is no tick"),
    (
      ["diagram", "--type", "detslice-svg", "--tick", "1", "--filter_coords", "x"], 64, "no filter"
    ),
    (["transform", "--form", "inverse"], 65, "<stdin>:5:1: error: DETECTOR has no inverse"),
    (["flows", "--has", "X"], 64, "'X' is no flow"), (["flows", "--has", "X -> X"], 1, "lacks"),
    (["flows", "--has", "X -> rec[7]"], 65, "1 measurements"),
    (["logical_errors"], 65, "no observables"),
  ]) func `what cannot be done is told`(
    arguments: [String], status: Int, message: String
  ) throws {
    let result = try QSimProcess.run(arguments, input: Self.circuit)
    #expect(result.status == status)
    #expect(result.error.contains(message), "\(result.error)")
  }

  @Test func `pictures are SVG documents`() throws {
    let generated =
      "qsim gen --code surface_code --task rotated_memory_z --distance 3 --rounds 2"
      + " --after_clifford_depolarization 0.01"
    for type in ["timeline-svg", "detslice-svg --tick 2:5", "matchgraph-svg"] {
      let result = try QSimProcess.shell("\(generated) | qsim diagram --type \(type)")
      #expect(result.status == 0, "\(result.error)")
      #expect(result.output.hasPrefix("<?xml") && result.output.hasSuffix("</svg>\n"))
    }
  }

  @Test func `generated circuits say under which names others are known`() throws {
    for (arguments, message) in [
      ("--code surface --task memory", "surface_code"),
      ("--code surface_code --task memory", "rotated_memory_x"),
      ("--code color_code --task memory_xyz", "odd and in 3...2047"),
    ] {
      let result = try QSimProcess.shell("qsim gen \(arguments) --distance 4 --rounds 3")
      #expect(result.status == 64 && result.error.contains(message), "\(result.error)")
    }
  }
}
