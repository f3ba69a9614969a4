import Foundation
import TestSupport
import Testing

struct ExitCodeTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let arguments: [String]
    let input: String
    let status: Int32
    /// A part of standard error.
    let message: String
    var testDescription: String { arguments.joined(separator: " ") }

    init(_ arguments: String, input: String = "H 0\nM 0\n", _ status: Int32, _ message: String) {
      self.arguments = arguments.split(separator: " ").map(String.init)
      self.input = input
      self.status = status
      self.message = message
    }
  }

  static let cases = [
    Case("", 64, "USAGE: qsim"),
    Case("rnu", 64, "did you mean 'qsim run'?"),
    Case("catalog", 64, "USAGE: qsim catalog"),
    Case("docs", 64, "USAGE: qsim docs"),
    Case("run --frobnicate", 64, "Unknown option"),
    Case("run - --shots", 64, "Missing value"),
    Case("run - --shots -1", 64, "shots"),
    Case("run - --shots 4294967296", 64, "0...4294967295"),
    Case("run - --seed -3", 64, "seed"),
    Case("run - --threads 0", 64, "threads"),
    Case("run - --engine tensor", 64, "stabilizer"),
    Case("run - --max-memory many", 64, "max-memory"),
    Case("run - --json --csv", 64, "exclude each other"),
    Case("run - --param theta", 64, "name=value"),
    Case("run - --param theta=a", 64, "not a number"),
    Case("run - --param theta=0:1:0", 64, "no end"),
    Case("run - --param theta=0:1:-0.1", 64, "no end"),
    Case("run - --param theta=0:1:1e-9", 64, "rows"),
    Case("run - --param t=1 --param t=2", 64, "given twice"),
    Case("run - --param theta=1", 64, "no input 'theta'"),
    Case("run - --shots-out - --json", 64, "one thing"),
    Case("run - --shots-out /dev/null --out-format ptb64 --shots 10", 64, "64"),
    Case("run - --shots-out /dev/null", input: "H 0\n", 64, "--measure-all"),
    Case("run - --state-out /dev/null", input: "H 0\nM 0\nH 0\n", 64, "--shots 1"),
    Case("draw - --format svg --ascii", 64, "--ascii"),
    Case("convert - out.txt", 64, "--to"),
    Case("examples frobnicate", 64, "no example"),
    Case("examples bel.qasm", 64, "did you mean 'bell.qasm'?"),
    Case("catalog gates HADAMARDX", 64, "no gate"),
    Case("noise -", 64, "--model"),
    Case("noise - --model depolarising", 64, "did you mean 'depolarizing'?"),
    Case("noise - --model depolarizing --set q=1", 64, "did you mean 'p'?"),
    Case("noise - --model depolarizing --set p", 64, "key=value"),
    Case("noise - --model depolarizing --p 2", 64, "p is in 0...1"),
    Case("noise - --model depolarizing --p 0.1 --set p=0.1", 64, "given twice"),
    Case("noise - --model readout --model bit-flip --p 0.1", 64, "for one model"),
    Case("noise - --model readout --csv", 64, "--out"),
    Case("noise - --model readout --json --out -", 64, "--out"),
    Case("run - --noise thermal:t1_us=1,t2_us=3", 64, "at most twice"),
    Case("run - --noise depolarizing:p=x", 64, "p is in 0...1, not x"),
    Case("plan - --noise nothing-of-the-kind", 64, "qsim catalog noise"),
    Case("catalog noise si100", 64, "did you mean 'si1000'?"),
    Case("run - --noise no/such/file.json", 66, "cannot read no/such/file.json"),
    Case("run - --noise Tests/Fixtures/Noise/mistake.json", 65, "mistake.json:4:6: error: "),
    Case("noise - --model Tests/Fixtures/Noise/mistake.json", 65, "did you mean \"depolarizing\"?"),
    Case("noise - --model readout", input: "H 0\nFROB 1\n", 65, "<stdin>:2:1: error: "),
    Case("noise - --model readout --out no/such/folder/a.stim", 73, "cannot create"),
    Case("noise - --model readout --out /dev/full", 74, "No space left on device"),
    Case("run -", input: "H 0\nFROB 1\n", 65, "<stdin>:2:1: error: "),
    Case("draw -", input: "H 0\nFROB 1\n", 65, "<stdin>:2:1: error: "),
    Case("convert - - --to qasm3", input: "H 0\nFROB 1\n", 65, "<stdin>:2:1: error: "),
    Case("plan -", input: "H 0\nFROB 1\n", 65, "<stdin>:2:1: error: "),
    Case("run - --observable Examples/circuits/ghz.stim", 65, "ghz.stim:3:1: error: "),
    Case("run - --state-in Examples/circuits/ghz.stim", 65, ".npy"),
    Case("run no/such/file.qasm", 66, "cannot read no/such/file.qasm: No such file or directory"),
    Case("run Examples", 66, "cannot read Examples"),
    Case("run - --observable no/such/file", 66, "no/such/file"),
    Case("run - --observable /dev/null", 65, "null:1:1: error: the observable has no terms"),
    Case("run - --gradient", 64, "--observable FILE"),
    Case(
      "run - --gradient --observable /dev/null --engine density-matrix", 64,
      "'--gradient' is for '--engine statevector'"),
    Case("run - --shots 4294967295 --max-memory 1G", 71, "available"),
    Case("run - --state-out no/such/folder/state.npy", input: "H 0\n", 73, "cannot create"),
    Case("run - --shots-out /proc/nothing", 73, "cannot create"),
    Case("docs --write /proc/nothing", 73, "cannot create"),
    Case("draw - --out /dev/full", 74, "No space left on device"),
    Case("run - --state-out /dev/full", input: "H 0\n", 74, "No space left on device"),
    Case("run - --shots-out /dev/full", 74, "No space left on device"),
    Case("docs --check Examples", 1, "out of date"),
  ]

  @Test(arguments: cases) func `failures have their exit code and message`(test: Case) throws {
    let result = try QSimProcess.run(test.arguments, input: test.input)
    #expect(result.status == test.status, "\(result.error)")
    #expect(!result.wasKilled)
    #expect(result.error.contains(test.message), "\(result.error)")
    #expect(result.output.isEmpty, "\(result.output)")
  }

  @Test(arguments: ["--help", "-h", "help", "run --help", "help run", "catalog gates --help"])
  func `help that was asked for is a result`(arguments: String) throws {
    let result = try QSimProcess.run(arguments.split(separator: " ").map(String.init))
    #expect(result.status == 0 && result.error.isEmpty)
    #expect(result.output.contains("USAGE: qsim"))
  }

  @Test func `the version is a line`() throws {
    let result = try QSimProcess.run(["--version"])
    #expect(result.status == 0)
    #expect(result.output.wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil)
  }

  @Test(arguments: ["run", "draw", "plan", "convert"])
  func `no file and a terminal shows help`(command: String) throws {
    let script = """
      import os, pty, sys
      pid, terminal = pty.fork()
      if pid == 0:
          os.execvp("qsim", ["qsim", "\(command)"])
      text = b""
      try:
          while data := os.read(terminal, 4096):
              text += data
      except OSError:
          pass
      status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
      sys.stdout.write(text.decode())
      sys.exit(status)
      """
    let folder = try TemporaryFolder()
    let result = try QSimProcess.shell("python3 '\(try folder.write(script, to: "terminal.py"))'")
    #expect(result.status == 64)
    #expect(result.output.contains("USAGE: qsim \(command)"))
  }

  @Test(arguments: [
    "catalog gates", "examples", "info", "--help", "run - --json", "examples bell.qasm",
  ])
  func `a full disk is an error`(arguments: String) throws {
    let result = try QSimProcess.shell("qsim \(arguments) > /dev/full", input: "H 0\nM 0\n")
    #expect(result.status == 74)
    #expect(result.error.contains("standard output: No space left on device"))
  }

  @Test func `a closed pipe is quiet success`() throws {
    let line = "qsim catalog gates --csv | true; echo ${PIPESTATUS[0]}"
    let result = try QSimProcess.shell(line)
    #expect(result.output == "0\n" && result.error.isEmpty)
    let endless =
      "printf 'H 0 1 2 3 4 5 6 7 8 9\\nM 0 1 2 3 4 5 6 7 8 9\\n' | "
      + "qsim run - --shots 200000 --seed 1 --shots-out - | head -n 1 | wc -l; echo ${PIPESTATUS[1]}"
    let long = try QSimProcess.shell(endless)
    #expect(long.output == "1\n0\n" && long.error.isEmpty)
  }

  @Test(arguments: [1, 2]) func `an interrupt ends the command with 130`(count: Int) throws {
    let folder = try TemporaryFolder()
    let qubits = (0..<12).map(String.init).joined(separator: " ")
    let file = try folder.write("REPEAT 1000000000 {\n H \(qubits)\n}\nM 0\n", to: "long.stim")
    let kills = Array(repeating: "kill -INT $pid;", count: count).joined(separator: " ")
    let result = try QSimProcess.shell(
      """
      set -m; qsim run '\(file)' --seed 1 & pid=$!
      (sleep 60; kill -KILL $pid) & watchdog=$!
      sleep 0.5; \(kills) wait $pid; echo $?
      kill -KILL -$watchdog
      """)
    #expect(result.output == "130\n", "\(result.error)")
  }
}
