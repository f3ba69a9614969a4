import TestSupport

/// What kyber-py and hashlib computed; fields as in `Tests/Tooling/make_mlkem.py`.
struct MLKEMFixture: Decodable {
  struct Exchange: Decodable {
    let name, d, z, m: String
    let ek_sha256, dk_sha256, ciphertext_sha256, shared: String
    let altered_place: Int
    let altered_mask: UInt8
    let rejected: String
  }

  struct Sponge: Decodable {
    let message, sha3_256, sha3_512, shake128_500_sha256, shake256_500_sha256: String
  }

  let exchanges: [Exchange]
  let sponges: [Sponge]

  static func load() throws -> MLKEMFixture {
    try Golden.decoded("mlkem/mlkem.json", as: MLKEMFixture.self)
  }
}
