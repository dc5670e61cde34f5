#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The variables that the process was started with.
enum Environment {
  static func value(_ name: String) -> String? {
    // The environment is not changed by this process, and the string is copied.
    guard let value = unsafe getenv(name) else { return nil }
    return unsafe String(cString: value)
  }
}
