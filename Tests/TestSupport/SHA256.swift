import Crypto

/// The SHA-256 of some bytes as 64 hexadecimal digits: for comparing long texts with digests made
/// by other programs.
public func sha256(_ bytes: some Sequence<UInt8>) -> String {
  SHA256.hash(data: Array(bytes)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
