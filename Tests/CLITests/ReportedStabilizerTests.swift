import TestSupport
import Testing

/// Inputs that once trapped, aborted, ran without end or took gigabytes; see `PROVENANCE.md` beside
/// them.
struct ReportedStabilizerTests {
  private static let folder = "Tests/Fixtures/Reported/stabilizer"

  @Test(arguments: [
    (0, "sample", "endless-1-sample.stim", "--shots 64 --out_format ptb64 --skip_reference_sample"),
    (71, "detect", "endless-1-detect.stim", "--shots 65 --append_observables --out_format b8"),
    (0, "detect", "endless-3-detect.stim", "--shots 65 --append_observables --out_format b8"),
    (
      0, "sample_dem", "memory-1-sample_dem.dem",
      "--shots 20 --out_format b8 --obs_out /dev/null --err_out /dev/null"
    ),
    (
      71, "sample_dem", "abort-1-sample_dem.dem",
      "--shots 3 --out_format b8 --obs_out /dev/null --err_out /dev/null"
    ),
    (
      71, "sample_dem", "abort-3-sample_dem.dem",
      "--shots 3 --out_format b8 --obs_out /dev/null --err_out /dev/null"
    ),
    (
      71, "sample_dem", "endless-1-sample_dem.dem",
      "--shots 200 --out_format r8 --obs_out /dev/null --err_out /dev/null"
    ),
    (
      71, "sample_dem", "endless-3-sample_dem.dem",
      "--shots 200 --out_format hits --obs_out /dev/null --err_out /dev/null"
    ),
    (65, "logical_errors", "endless-1-logical_errors.dem", "--search graphlike"),
    (0, "logical_errors", "endless-3-logical_errors.dem", "--search any"),
    (0, "logical_errors", "trap-1-logical_errors.dem", "--search likeliest-sat"),
    (0, "logical_errors", "trap-3-logical_errors.dem", "--search likeliest-sat"),
    (0, "diagram", "endless-1-diagram.dem", "--type matchgraph-svg"),
  ]) func `inputs that went wrong end with a documented exit code`(
    status: Int32, command: String, file: String, options: String
  ) throws {
    let seed = command.contains("sample") || command == "detect" ? "--seed 1" : ""
    let result = try QSimProcess.shell(
      "timeout 60 qsim \(command) --in \(Self.folder)/\(file) \(seed) \(options) > /dev/null")
    #expect(result.status == status, "\(result.status) \(result.error)")
    if status != 0 { #expect(result.error.contains(file), "\(result.error)") }
  }

  @Test(arguments: [
    ("endless-1-repl.stim", Int32(0)), ("endless-3-repl.stim", 65), ("trap-1-repl.stim", 0),
  ]) func `circuits at the keyboard end`(file: String, status: Int32) throws {
    let result = try QSimProcess.shell(
      "timeout 60 qsim repl --seed 1 < \(Self.folder)/\(file)")
    #expect(result.status == status, "\(result.status) \(result.error)")
    if status != 0 { #expect(result.error.contains("<stdin>:5:1: error:"), "\(result.error)") }
  }

  @Test func `coordinates alone are not followed turn by turn`() throws {
    let result = try QSimProcess.shell(
      "timeout 60 qsim m2d --circuit \(Self.folder)/endless-1-m2d.stim --in /dev/null")
    #expect(result.status == 0 && result.output.isEmpty, "\(result.error)")
  }

  /// Rows of millions of bits come in blocks that are no multiples of 64.
  @Test func `any model of which 64 shots fit is written as ptb64`() throws {
    let model = "error(1) D3 D4194310\nerror(0.5) D7\n"
    let folder = try TemporaryFolder()
    _ = try folder.write(model, to: "m.dem")
    let result = try QSimProcess.shell(
      "cd '\(folder.url.path)'; qsim sample_dem --shots 64 --seed 3 --out_format ptb64 --in m.dem --out p; "
        + "qsim sample_dem --shots 64 --seed 3 --out_format b8 --in m.dem --out b; "
        + "qsim convert --in p --in_format ptb64 --out_format b8 --num_detectors 4194311 --out q; cmp b q"
    )
    #expect(result.status == 0, "\(result.error)")
    let odd = try QSimProcess.run(
      ["sample_dem", "--shots", "65", "--seed", "3", "--out_format", "ptb64"], input: model)
    #expect(odd.status == 64 && odd.error.contains("do not divide by 64"), "\(odd.error)")
  }

  @Test(arguments: ["1e-310", "4.9e-324", "2.3e-308", "1", "0", "0.9999999999999999"])
  func `the likeliest error is asked for at any probability`(probability: String) throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("error(\(probability)) D0 L0\nerror(0.25) D0\n", to: "m.dem")
    let answer = try QSimProcess.run(["logical_errors", "--search", "likeliest-sat", "--in", file])
    #expect(answer.status == 0 && answer.output.hasPrefix("p wcnf"), "\(answer.error)")
  }

  @Test(arguments: ["nan", "inf", "-0.1", "1.1"])
  func `what is no probability is refused at its place`(probability: String) throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("error(0.1) D0\nerror(\(probability)) D0 L0\n", to: "m.dem")
    let answer = try QSimProcess.run(["logical_errors", "--in", file])
    #expect(answer.status == 65 && answer.error.contains("m.dem:2:"), "\(answer.error)")
  }
}
