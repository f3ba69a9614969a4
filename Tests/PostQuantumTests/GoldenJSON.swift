import Foundation
import TestSupport

extension Golden {
  /// A JSON file among the fixtures.
  static func decoded<Value: Decodable>(_ path: String, as type: Value.Type) throws -> Value {
    try JSONDecoder().decode(type, from: Data(contentsOf: folder.appendingPathComponent(path)))
  }
}
