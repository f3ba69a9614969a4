import Crypto

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Bytes that must not be seen: one owner, wiped on release, never printed.
///
/// Not copyable, so that no copy is made by accident: it cannot be put into an array, a string or
/// an interpolation. Its bytes are lent to a closure; what the closure copies is the closure's
/// business. Key material that many own is a `SymmetricKey`, which swift-crypto wipes too.
///
/// Comparing takes the same time wherever two secrets differ. Wiping is `explicit_bzero`, which
/// compilers may not remove; pages are not locked, so that a secret may reach swap space.
public struct SecretBytes: ~Copyable, @unchecked Sendable {
  private let storage: UnsafeMutableRawBufferPointer

  /// Secret bytes that `body` writes; they are zero before.
  ///
  /// - Precondition: `count` is not negative.
  public init<Failure: Error>(
    count: Int, initializingWith body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    precondition(count >= 0, "A secret cannot have \(count) bytes")
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16)
    bytes.initializeMemory(as: UInt8.self, repeating: 0)
    do {
      try body(bytes)
    } catch {
      Self.wipe(bytes)
      bytes.deallocate()
      throw error
    }
    storage = bytes
  }

  /// A copy of bytes that are elsewhere; wiping those is up to their owner.
  public init(copying bytes: UnsafeRawBufferPointer) {
    self.init(count: bytes.count) { $0.copyMemory(from: bytes) }
  }

  /// A copy of a key.
  public init(_ key: SymmetricKey) {
    self.init(count: key.bitCount / 8) { target in
      key.withUnsafeBytes { target.copyMemory(from: $0) }
    }
  }

  /// Bytes of the system's generator for keys.
  public static func random(count: Int) -> SecretBytes {
    var generator = SystemRandomNumberGenerator()
    return SecretBytes(count: count) { bytes in
      for index in bytes.indices { bytes[index] = UInt8.random(in: 0...255, using: &generator) }
    }
  }

  deinit {
    Self.wipe(storage)
    storage.deallocate()
  }

  /// The number of bytes.
  public var count: Int { storage.count }

  /// Lends the bytes for the duration of a call.
  public borrowing func withUnsafeBytes<Result: ~Copyable, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(UnsafeRawBufferPointer(storage))
  }

  /// A second secret with the same bytes.
  public borrowing func copy() -> SecretBytes {
    SecretBytes(copying: UnsafeRawBufferPointer(storage))
  }

  /// Whether two secrets are the same, in a time that depends on their lengths alone.
  public borrowing func matches(_ other: borrowing SecretBytes) -> Bool {
    guard count == other.count else { return false }
    var difference: UInt8 = 0
    for index in storage.indices { difference |= storage[index] ^ other.storage[index] }
    return difference == 0
  }

  /// The bytes as a key of swift-crypto.
  public borrowing func symmetricKey() -> SymmetricKey {
    SymmetricKey(data: UnsafeRawBufferPointer(storage))
  }

  /// What may be shown of the secret.
  public borrowing func fingerprint() -> Fingerprint {
    Fingerprint(ofSecret: UnsafeRawBufferPointer(storage))
  }

  package static func wipe(_ bytes: UnsafeMutableRawBufferPointer) {
    guard let start = bytes.baseAddress else { return }
    #if canImport(Darwin)
      _ = memset_s(start, bytes.count, 0, bytes.count)
    #else
      explicit_bzero(start, bytes.count)
    #endif
  }
}
