import TestSupport
import Testing

/// Which shared libraries a run maps, as the dynamic linker reports them.
#if os(Linux)
  struct LibraryLoadingTests {
    private func linkerLog(_ options: [String]) throws -> String {
      let result = try QSimProcess.run(
        ["run", "Examples/circuits/bell.qasm", "--seed", "1"] + options,
        environment: ["LD_DEBUG": "files"])
      #expect(result.status == 0, "\(result.error)")
      #expect(result.error.contains("libc.so"))
      return result.error
    }

    @Test func `OpenBLAS is opened when it is asked for and only then`() throws {
      #expect(!(try linkerLog([]).contains("openblas")))
      #expect(!(try linkerLog(["--kernel", "simd"]).contains("openblas")))
      #expect(try linkerLog(["--kernel", "blas"]).contains("openblas"))
    }
  }
#endif
