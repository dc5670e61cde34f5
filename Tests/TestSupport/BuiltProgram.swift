import Foundation

/// The program that the package builds.
public enum BuiltProgram {
  public struct NotBuilt: Error {}

  /// It lies beside the test bundle, wherever that was built.
  public static func url(_ name: String = "finwait") throws -> URL {
    let bundles = Bundle.allBundles.map(\.bundleURL).filter { $0.pathExtension == "xctest" }
    let runner = URL(fileURLWithPath: CommandLine.arguments[0])
    for place in bundles + [runner] {
      let program = place.deletingLastPathComponent().appendingPathComponent(name)
      if FileManager.default.isExecutableFile(atPath: program.path) { return program }
    }
    throw NotBuilt()
  }
}
