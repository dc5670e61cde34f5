#if os(Linux)
  import Foundation
  import TestSupport

  /// What a suite about two hosts and some files begins with; all is gone when a test of it ends.
  class JoinedHosts {
    let client: NamespaceHost
    let server: NamespaceHost
    let scratch = FileManager.default.temporaryDirectory
      .appendingPathComponent("finwait-live-\(UUID().uuidString)")

    init() throws {
      client = try NamespaceHost()
      server = try NamespaceHost()
      try client.join(server)
      try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: false)
    }

    deinit { _ = Result { try FileManager.default.removeItem(at: scratch) } }

    /// Of a file in the suite's own folder.
    func path(_ name: String) -> String { scratch.appendingPathComponent(name).path }
  }
#endif
