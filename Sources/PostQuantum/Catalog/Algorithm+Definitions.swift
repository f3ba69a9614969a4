import Crypto

extension Algorithm {
  static let keyEncapsulations: [Algorithm] = [
    Algorithm(
      id: "ml-kem-768", name: "ML-KEM-768", kind: .keyEncapsulation,
      summary: "Module lattices; the general choice.",
      sizes: Sizes(publicKey: 1184, secretKey: 64, ciphertext: 1088, sharedSecret: 32),
      securityCategory: 3, isQuantumSafe: true, standard: "FIPS 203", sources: ["FIPS203"],
      code: 0x0101, operations: .encapsulation(.mlKEM768)),
    Algorithm(
      id: "ml-kem-1024", name: "ML-KEM-1024", kind: .keyEncapsulation,
      summary: "Module lattices of the highest category.",
      sizes: Sizes(publicKey: 1568, secretKey: 64, ciphertext: 1568, sharedSecret: 32),
      securityCategory: 5, isQuantumSafe: true, standard: "FIPS 203", sources: ["FIPS203"],
      code: 0x0102, operations: .encapsulation(.mlKEM1024)),
    Algorithm(
      id: "x-wing", name: "X-Wing", kind: .keyEncapsulation,
      summary: "ML-KEM-768 and X25519 in one, safe if either is.",
      sizes: Sizes(publicKey: 1216, secretKey: 32, ciphertext: 1120, sharedSecret: 32),
      securityCategory: 3, isQuantumSafe: true, standard: "draft-connolly-cfrg-xwing-kem",
      sources: ["Barbosa24"], code: 0x0103, operations: .encapsulation(.xWing)),
  ]

  static let keyAgreements: [Algorithm] = [
    Algorithm(
      id: "x25519", name: "X25519", kind: .keyAgreement,
      summary: "Diffie-Hellman on Curve25519, as DHKEM(X25519, HKDF-SHA256).",
      sizes: Sizes(publicKey: 32, secretKey: 32, ciphertext: 32, sharedSecret: 32),
      securityCategory: 1, isQuantumSafe: false, standard: "RFC 7748, RFC 9180",
      sources: ["Langley16", "Barnes22"], code: 0x0201, operations: .encapsulation(.x25519)),
    Algorithm(
      id: "p-256", name: "P-256", kind: .keyAgreement,
      summary: "Diffie-Hellman on P-256, as DHKEM(P-256, HKDF-SHA256).",
      sizes: Sizes(publicKey: 65, secretKey: 32, ciphertext: 65, sharedSecret: 32),
      securityCategory: 1, isQuantumSafe: false, standard: "SP 800-56A, RFC 9180",
      sources: ["Barker18", "Barnes22"], code: 0x0202, operations: .encapsulation(.p256)),
    Algorithm(
      id: "p-384", name: "P-384", kind: .keyAgreement,
      summary: "Diffie-Hellman on P-384, as DHKEM(P-384, HKDF-SHA384).",
      sizes: Sizes(publicKey: 97, secretKey: 48, ciphertext: 97, sharedSecret: 48),
      securityCategory: 3, isQuantumSafe: false, standard: "SP 800-56A, RFC 9180",
      sources: ["Barker18", "Barnes22"], code: 0x0203, operations: .encapsulation(.p384)),
  ]

  static let signatures: [Algorithm] = [
    Algorithm(
      id: "ml-dsa-65", name: "ML-DSA-65", kind: .signature,
      summary: "Module lattices; the general choice.",
      sizes: Sizes(publicKey: 1952, secretKey: 32, signature: 3309),
      securityCategory: 3, isQuantumSafe: true, standard: "FIPS 204", sources: ["FIPS204"],
      code: 0x0301, operations: .signature(.mlDSA65)),
    Algorithm(
      id: "ml-dsa-87", name: "ML-DSA-87", kind: .signature,
      summary: "Module lattices of the highest category.",
      sizes: Sizes(publicKey: 2592, secretKey: 32, signature: 4627),
      securityCategory: 5, isQuantumSafe: true, standard: "FIPS 204", sources: ["FIPS204"],
      code: 0x0302, operations: .signature(.mlDSA87)),
    Algorithm(
      id: "ed25519", name: "Ed25519", kind: .signature, summary: "Edwards curve 25519.",
      sizes: Sizes(publicKey: 32, secretKey: 32, signature: 64),
      securityCategory: 1, isQuantumSafe: false, standard: "RFC 8032", sources: ["Josefsson17"],
      code: 0x0303, operations: .signature(.ed25519)),
    Algorithm(
      id: "ecdsa-p256", name: "ECDSA P-256", kind: .signature,
      summary: "ECDSA on P-256 with SHA-256; a signature is r and s.",
      sizes: Sizes(publicKey: 65, secretKey: 32, signature: 64),
      securityCategory: 1, isQuantumSafe: false, standard: "FIPS 186-5", sources: ["FIPS186"],
      code: 0x0304, operations: .signature(.ecdsaP256)),
    Algorithm(
      id: "ecdsa-p384", name: "ECDSA P-384", kind: .signature,
      summary: "ECDSA on P-384 with SHA-384; a signature is r and s.",
      sizes: Sizes(publicKey: 97, secretKey: 48, signature: 96),
      securityCategory: 3, isQuantumSafe: false, standard: "FIPS 186-5", sources: ["FIPS186"],
      code: 0x0305, operations: .signature(.ecdsaP384)),
  ]

  static let authenticatedEncryptions: [Algorithm] = [
    Algorithm(
      id: "aes-128-gcm", name: "AES-128-GCM", kind: .authenticatedEncryption,
      summary: "Frames of the suite AES_128_GCM_SHA256_128.",
      sizes: Sizes(key: 16, nonce: 12, tag: 16),
      securityCategory: 1, isQuantumSafe: true, standard: "SP 800-38D", sources: ["Dworkin07"],
      code: 0x0401, operations: .none),
    Algorithm(
      id: "aes-256-gcm", name: "AES-256-GCM", kind: .authenticatedEncryption,
      summary: "Frames of the suite AES_256_GCM_SHA512_128; deliveries of keys.",
      sizes: Sizes(key: 32, nonce: 12, tag: 16),
      securityCategory: 5, isQuantumSafe: true, standard: "SP 800-38D", sources: ["Dworkin07"],
      code: 0x0402, operations: .none),
  ]

  static let keyDerivations: [Algorithm] = [
    Algorithm(
      id: "hkdf-sha256", name: "HKDF-SHA-256", kind: .keyDerivation,
      summary: "Keys of frames with AES-128.", sizes: Sizes(key: 32),
      securityCategory: 2, isQuantumSafe: true, standard: "RFC 5869", sources: ["Krawczyk10"],
      code: 0x0501, operations: .none),
    Algorithm(
      id: "hkdf-sha512", name: "HKDF-SHA-512", kind: .keyDerivation,
      summary: "The combiner, and keys of frames with AES-256.", sizes: Sizes(key: 64),
      securityCategory: 5, isQuantumSafe: true, standard: "RFC 5869", sources: ["Krawczyk10"],
      code: 0x0502, operations: .none),
  ]

  static let hashes: [Algorithm] = [
    Algorithm(
      id: "sha-256", name: "SHA-256", kind: .hash, summary: "Fingerprints.",
      sizes: Sizes(digest: SHA256.byteCount), securityCategory: 2, isQuantumSafe: true,
      standard: "FIPS 180-4", sources: ["FIPS180"], code: 0x0601, operations: .none),
    Algorithm(
      id: "sha-512", name: "SHA-512", kind: .hash, summary: "Transcripts of exchanges.",
      sizes: Sizes(digest: SHA512.byteCount), securityCategory: 5, isQuantumSafe: true,
      standard: "FIPS 180-4", sources: ["FIPS180"], code: 0x0602, operations: .none),
    Algorithm(
      id: "sha3-256", name: "SHA3-256", kind: .hash, summary: "Inside ML-KEM and X-Wing.",
      sizes: Sizes(digest: SHA3_256.byteCount), securityCategory: 2, isQuantumSafe: true,
      standard: "FIPS 202", sources: ["FIPS202"], code: 0x0603, operations: .none),
    Algorithm(
      id: "sha3-512", name: "SHA3-512", kind: .hash, summary: "Inside ML-KEM.",
      sizes: Sizes(digest: SHA3_512.byteCount), securityCategory: 5, isQuantumSafe: true,
      standard: "FIPS 202", sources: ["FIPS202"], code: 0x0604, operations: .none),
  ]
}
