import Glibc
import Reporting

/// How much memory the process may still take.
///
/// The least of what the system says is available, what the control groups of the process leave,
/// and what the address-space limit leaves; never more than `--max-memory`.
struct MemoryBudget {
  /// Bytes that may be allocated.
  let available: UInt64

  /// - Parameter limit: The value of `--max-memory` in bytes.
  init(limit: UInt64? = nil) {
    let candidates = [
      limit, Self.systemAvailable(), Self.controlGroupAvailable(), Self.addressSpaceAvailable(),
    ]
    available = candidates.compactMap(\.self).min() ?? .max
  }

  /// Refuses work that does not fit.
  ///
  /// - Parameters:
  ///   - required: Bytes the work needs; `.max` stands for more than can be counted.
  ///   - explanation: How the figure comes about, such as `10^12 shots × 64 B`.
  ///   - remedy: What would fit, such as `try fewer shots`.
  /// - Throws: `CommandFailure` with exit code 71.
  func check(required: UInt64, explanation: String, remedy: String) throws {
    guard required > available else { return }
    throw CommandFailure(
      .outOfMemory,
      "needs \(DecimalText.bytes(required)) (\(explanation)), \(DecimalText.bytes(available)) available; \(remedy)"
    )
  }

  private static func systemAvailable() -> UInt64? {
    guard let text = smallFile("/proc/meminfo") else { return nil }
    for line in text.split(separator: "\n") where line.hasPrefix("MemAvailable:") {
      let words = line.split(separator: " ")
      return words.count > 1 ? UInt64(words[1]).map { $0 << 10 } : nil
    }
    return nil
  }

  /// What the tightest of the process's control groups leaves, version 1 or 2. Cached file pages
  /// that the kernel would give back count as free.
  private static func controlGroupAvailable() -> UInt64? {
    guard let text = smallFile("/proc/self/cgroup") else { return nil }
    var least: UInt64?
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { continue }
      let group = String(parts[2])
      if parts[0] == "0" {
        for folder in ancestors(of: group) {
          least = smaller(
            least,
            left(
              in: "/sys/fs/cgroup" + folder, limit: "memory.max", usage: "memory.current",
              reclaimable: "inactive_file"))
        }
      } else if parts[1].split(separator: ",").contains("memory") {
        for folder in ancestors(of: group) {
          least = smaller(
            least,
            left(
              in: "/sys/fs/cgroup/memory" + folder, limit: "memory.limit_in_bytes",
              usage: "memory.usage_in_bytes", reclaimable: "total_inactive_file"))
        }
      }
    }
    return least
  }

  /// `/a/b`, `/a` and the root, which containers mount as their own group.
  private static func ancestors(of group: String) -> [String] {
    var folders: [String] = []
    var rest = Substring(group)
    while let slash = rest.lastIndex(of: "/"), rest.count > 1 {
      folders.append(String(rest) + "/")
      rest = rest[..<slash]
    }
    return folders + ["/"]
  }

  private static func left(
    in folder: String, limit: String, usage: String, reclaimable: String
  ) -> UInt64? {
    guard let limit = number(folder + limit), let usage = number(folder + usage) else { return nil }
    var cached: UInt64 = 0
    for line in (smallFile(folder + "memory.stat") ?? "").split(separator: "\n") {
      let words = line.split(separator: " ")
      if words.count == 2, words[0] == reclaimable { cached = UInt64(words[1]) ?? 0 }
    }
    let used = usage - min(cached, usage)
    return limit - min(used, limit)
  }

  private static func addressSpaceAvailable() -> UInt64? {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0,
      limit.rlim_cur != rlim_t.max
    else { return nil }
    let pages =
      smallFile("/proc/self/statm")?.split(separator: " ").first.flatMap { UInt64($0) } ?? 0
    let used = pages.multipliedReportingOverflow(by: UInt64(getpagesize()))
    let inUse = used.overflow ? UInt64.max : used.partialValue
    let left = UInt64(limit.rlim_cur) - min(inUse, UInt64(limit.rlim_cur))
    // Stacks of threads and the allocator's own areas count as address space too.
    return left - left / 4
  }

  private static func smaller(_ a: UInt64?, _ b: UInt64?) -> UInt64? {
    [a, b].compactMap(\.self).min()
  }

  private static func number(_ path: String) -> UInt64? {
    smallFile(path).flatMap { text in UInt64(text.prefix { $0.isASCII && $0.isNumber }) }
  }

  /// The start of a file the kernel makes up, at most 64 KiB; `nil` if it is not there.
  static func smallFile(_ path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    var count = 0
    while count < bytes.count {
      let got = bytes.withUnsafeMutableBytes {
        read(descriptor, $0.baseAddress! + count, $0.count - count)
      }
      if got < 0 && errno == EINTR { continue }
      if got <= 0 { break }
      count += got
    }
    return String(decoding: bytes[..<count], as: UTF8.self)
  }

  /// The most memory the process has used so far, in bytes.
  ///
  /// The kernel's own mark comes first: `getrusage` also counts what the process was before it
  /// became this program, such as a copy of the large program that started it.
  static var peakResidentBytes: UInt64 {
    if let line = smallFile("/proc/self/status")?.split(separator: "\n")
      .first(where: { $0.hasPrefix("VmHWM:") }),
      let kibibytes = UInt64(line.drop { !$0.isNumber }.prefix { $0.isNumber })
    {
      return kibibytes << 10
    }
    var usage = rusage()
    guard getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return 0 }
    return UInt64(max(0, usage.ru_maxrss)) << 10
  }
}

/// A size with an optional unit, as `--max-memory` takes it: `8G`, `512MiB`, `4000000000`.
struct ByteCount: Equatable {
  let bytes: UInt64

  /// Units are binary: `k`, `M`, `G`, `T`, with or without `B` or `iB`, in any case.
  init?(_ text: String) {
    let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    guard let value = Double(digits), value > 0, value.isFinite else { return nil }
    var unit = text.dropFirst(digits.count).lowercased()
    if unit.hasSuffix("ib"), unit.count == 3 { unit.removeLast(2) }
    if unit.hasSuffix("b") { unit.removeLast() }
    let exponents = ["": 0, "k": 10, "m": 20, "g": 30, "t": 40]
    guard let exponent = exponents[unit] else { return nil }
    let count = value * Double(UInt64(1) << UInt64(exponent))
    guard count >= 1 else { return nil }
    bytes = count < 0x1p63 ? UInt64(count) : UInt64.max
  }
}
