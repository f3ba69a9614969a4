import COpenBLAS

/// The OpenBLAS of this machine. Asking opens the library.
public enum OpenBLASLibrary {
  /// What the library says about itself; `nil` if it is missing.
  public static var version: String? {
    cob_available() ? String(cString: cob_version()) : nil
  }

  /// Why the library cannot be used; `nil` if it can.
  public static var problem: String? {
    cob_available() ? nil : String(cString: cob_error())
  }
}
