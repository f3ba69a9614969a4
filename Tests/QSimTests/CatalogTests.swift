import PostQuantum
import QSim
import Testing

/// Laws of all catalogs.
struct CatalogTests {
  /// The laws for one catalog, whatever its entries are.
  private func check<Entry>(_ catalog: Catalog<Entry>) {
    #expect(!catalog.isEmpty && !catalog.kind.isEmpty)
    var usual: Set<String> = []
    for entry in catalog {
      let names = entry.catalogNames
      #expect(usual.insert(entry.catalogName).inserted, "\(entry.catalogName)")
      #expect(entry.summary.hasSuffix("."), "\(catalog.kind) \(entry.catalogName)")
      #expect(!names.contains(""), "\(names)")
      #expect(!entry.catalogName.contains(" "), "\(entry.catalogName)")
      // The usual name leads back; in another case, and as another name, it leads somewhere.
      #expect(catalog.definition(named: entry.catalogName)?.catalogName == entry.catalogName)
      for name in names { #expect(catalog.definition(named: name.uppercased()) != nil) }
    }
    let error = #expect(throws: UnknownName.self) {
      _ = try catalog.entry(named: "nothing of the kind")
    }
    #expect(error?.message == "there is no \(catalog.kind) 'nothing of the kind'")
    #expect(error?.hint == catalog.listing)
  }

  @Test func `entries of every catalog are found by their names`() {
    check(GateCatalog.all)
    check(NoiseModelCatalog.all)
    check(CodeCatalog.all)
    check(DecoderCatalog.all)
    check(QKDProtocolCatalog.all)
    check(KeyRatePresetCatalog.all)
    check(AlgorithmCatalog.all)
    check(EngineCatalog.all)
    check(WorkloadCatalog.all)
    check(FormatCatalog.all)
  }

  private struct Fruit: CatalogEntry {
    let catalogNames: [String]
    var summary: String { "A fruit." }
  }

  @Test func `a name as it is spelt comes first, then usual names, then others`() throws {
    let fruits = Catalog(
      "fruit", word: "fruits",
      [
        Fruit(catalogNames: ["apple", "Pear"]), Fruit(catalogNames: ["pear", "APPLE"]),
        Fruit(catalogNames: ["plum", "damson"]),
      ])
    #expect(fruits.definition(named: "Pear")?.catalogName == "apple")
    #expect(fruits.definition(named: "APPLE")?.catalogName == "pear")
    #expect(fruits.definition(named: "PEAR")?.catalogName == "pear")
    #expect(fruits.definition(named: "Apple")?.catalogName == "apple")
    #expect(fruits.definition(named: "DAMSON")?.catalogName == "plum")
    #expect(fruits.definition(named: "") == nil)
    let near = #expect(throws: UnknownName.self) { try fruits.entry(named: "plumb") }
    #expect(near?.hint == "did you mean 'plum'?")
  }

  @Test func `gates are found by the names of any language`() throws {
    #expect(GateCatalog.definition(named: "cx")?.gate == .cx)
    #expect(GateCatalog.definition(named: "CNOT")?.gate == .cx)
    #expect(GateCatalog.definition(named: "sdg")?.gate == .sDag)
    #expect(GateCatalog.definition(named: "ccx")?.gate == .ccx)
  }
}
