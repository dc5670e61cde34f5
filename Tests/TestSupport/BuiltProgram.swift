import Foundation

/// The program that the package builds.
public enum BuiltProgram {
  public struct NotBuilt: Error {}

  /// It lies beside the test bundle, wherever that was built, unless `FINWAIT_PROGRAM` tells of
  /// another build of finwait.
  public static func url(_ name: String = "finwait") throws -> URL {
    if name == "finwait", let path = ProcessInfo.processInfo.environment["FINWAIT_PROGRAM"] {
      return URL(fileURLWithPath: path)
    }
    let bundles = Bundle.allBundles.map(\.bundleURL).filter { $0.pathExtension == "xctest" }
    let runner = URL(fileURLWithPath: CommandLine.arguments[0])
    for place in bundles + [runner] {
      let program = place.deletingLastPathComponent().appendingPathComponent(name)
      if FileManager.default.isExecutableFile(atPath: program.path) { return program }
    }
    throw NotBuilt()
  }
}
