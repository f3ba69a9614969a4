import Foundation
import TestSupport
import Testing

struct TerminalTests {
  private let wrong = "H 0\nCXX 0 1\n"
  private let escape = "\u{1b}["

  @Test func `a message names place, line and caret`() throws {
    let result = try QSimProcess.run(["run", "-"], input: wrong)
    #expect(
      result.error == """
        <stdin>:2:1: error: there is no instruction 'CXX'
          CXX 0 1
          ^~~
          hint: did you mean 'CX'?

        """)
    let folder = try TemporaryFolder()
    let file = try folder.write(
      "OPENQASM 2.0;\ninclude \"qelib1.inc\";\nqreg q[2];\nh q[2];\n", to: "a.qasm")
    let qasm = try QSimProcess.run(["run", file])
    #expect(qasm.status == 65 && qasm.error.hasPrefix("\(file):4:"), "\(qasm.error)")
    #expect(qasm.error.contains("\n  h q[2];\n"))
  }

  @Test func `colour is for terminals and for those who ask`() throws {
    func error(_ arguments: [String], _ environment: [String: String?] = [:]) throws -> String {
      try QSimProcess.run(["run", "-"] + arguments, input: wrong, environment: environment).error
    }
    #expect(try !error([], ["TERM": "xterm"]).contains(escape))
    #expect(try error(["--color", "always"], ["TERM": "xterm"]).contains(escape))
    #expect(try error(["--color=always"], ["NO_COLOR": "1"]).contains(escape))
    #expect(try !error(["--color", "never"]).contains(escape))
    #expect(try QSimProcess.run(["run", "-", "--color", "pink"]).status == 64)
  }

  @Test(arguments: [
    ("TERM=xterm", true), ("TERM=dumb", false), ("TERM=xterm NO_COLOR=1", false),
    ("TERM=xterm NO_COLOR=", true),
  ])
  func `colour follows the environment on a terminal`(variables: String, isColored: Bool) throws {
    let folder = try TemporaryFolder()
    let file = try folder.write(wrong, to: "wrong.stim")
    let script = """
      import os, pty, sys
      pid, terminal = pty.fork()
      if pid == 0:
          os.execvp("env", ["env", *sys.argv[1].split(), "qsim", "run", sys.argv[2]])
      text = b""
      try:
          while data := os.read(terminal, 4096):
              text += data
      except OSError:
          pass
      os.waitpid(pid, 0)
      sys.stdout.buffer.write(text)
      """
    let path = try folder.write(script, to: "terminal.py")
    let result = try QSimProcess.shell("python3 '\(path)' '\(variables)' '\(file)'")
    #expect(result.output.contains("there is no instruction"))
    #expect(result.output.contains(escape) == isColored, "\(result.output)")
  }

  @Test func `results and messages do not mix`() throws {
    let result = try QSimProcess.run(["run", "-", "--json"], input: "H 0\nM 0\n")
    #expect(result.error.isEmpty && result.output.hasPrefix("{\n"))
  }

  @Test func `plain progress says how far it is`() throws {
    let none = try QSimProcess.run(
      ["run", "-", "--seed", "1", "--progress", "plain"], input: "H 0\nM 0\n")
    #expect(none.error.isEmpty)
    #expect(try QSimProcess.run(["run", "-", "--progress", "loud"]).status == 64)
  }
}
