import Capture
import Host

/// What has to be opened with privileges, and giving them up.
enum LiveInput {
  /// Opens the interfaces, in another network namespace if one is given, and goes on without any
  /// privilege.
  static func open(
    _ options: LiveCaptureOptions, closesOnly: Bool, as user: String?
  ) throws -> LiveCapture {
    let live = options.liveOptions(closesOnly: closesOnly)
    let names = options.interfaces
    let capture = try within(options.netns) { () throws(LiveError) in
      try LiveCapture(interfaces: names, options: live)
    }
    try giveUpPrivileges(to: user)
    return capture
  }

  /// Does something in a network namespace; nil: in that of the process.
  static func within<Value>(
    _ namespace: String?, _ body: () throws(LiveError) -> Value
  ) throws -> Value {
    guard let namespace else { return try body() }
    #if os(Linux)
      return try NetworkNamespace(namespace).run {
        Result { () throws(LiveError) in try body() }
      }.get()
    #else
      throw HostError.notSupported("there are no network namespaces here")
    #endif
  }

  private static func giveUpPrivileges(to user: String?) throws {
    #if os(Linux)
      let successor = try Privilege.successor(named: user, environment: Environment.value)
      try Privilege.drop(to: successor, keeping: [])
    #else
      if user != nil { throw HostError.notSupported("--user is not supported here") }
    #endif
  }
}
