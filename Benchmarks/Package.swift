// swift-tools-version: 6.2
import PackageDescription

/// As in the package above: Swift 6, no unmarked unsafe code, no warnings.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

// A package of its own, so that those who only build finwait never build this.
let package = Package(
  name: "finwait-benchmarks",
  platforms: [.macOS(.v26)],
  dependencies: [
    // Named, because the directory above can have any name.
    .package(name: "finwait", path: ".."),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
  ],
  targets: [
    .executableTarget(
      name: "generate",
      dependencies: [
        .product(name: "FinwaitKit", package: "finwait"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "floors",
      dependencies: [
        .product(name: "FinwaitKit", package: "finwait"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),
  ]
)
