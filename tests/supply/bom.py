"""`docs/sbom.json`: CycloneDX 1.6 of both worlds, the same bytes for the same locks.

npm packages carry their hash; of a Python package the lock has one hash a file, and only the machine that
installs knows which file: those stay in the lock. Names what we ask for, not who asks for what further on.
"""

from __future__ import annotations

import base64
import json
import tomllib
import uuid
from datetime import UTC, datetime
from typing import Final

from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.model.license import LicenseExpression
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from tests.supply.locks import ROOT, Package, npm_packages, python_packages
from tests.supply.page import counted_on

SBOM: Final = ROOT / "docs" / "sbom.json"
# Names this list among those of other programs: any fixed UUID does (RFC 9562 §5.5).
_OURS: Final = uuid.UUID("5f0c7d52-2e0b-5d3c-9a4e-0c6f6b7a1d28")


def _component(package: Package) -> Component:
    group, _, name = package.name.rpartition("/")
    kind = "npm" if package.world == "npm" else "pypi"
    url = PackageURL(kind, group or None, name, package.version)
    hashes = []
    if package.world == "npm":
        algorithm, _, value = package.hashes[0].partition("-")
        assert algorithm == "sha512"
        hashes = [HashType(alg=HashAlgorithm.SHA_512, content=base64.b64decode(value).hex())]
    return Component(
        type=ComponentType.LIBRARY,
        group=group or None,
        name=name,
        version=package.version,
        bom_ref=url.to_string(),
        purl=url,
        scope=ComponentScope.REQUIRED if package.use == "runtime" else ComponentScope.EXCLUDED,
        licenses=[LicenseExpression(package.licence)],
        hashes=hashes,
        properties=[Property(name="so-nha-nong:only", value=package.only)] if package.only else [],
    )


def sbom() -> str:
    """Return the list for machines, as text."""
    packages = [*python_packages(), *npm_packages()]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    root = Component(
        type=ComponentType.APPLICATION,
        name=project["name"],
        version=project["version"],
        bom_ref="so-nha-nong",
        description=project["description"],
    )
    parts = {package: _component(package) for package in packages}
    bom = Bom(components=parts.values())
    bom.metadata.component = root
    bom.metadata.timestamp = datetime.combine(counted_on(packages), datetime.min.time(), UTC)
    bom.register_dependency(root, [part for package, part in parts.items() if package.direct])
    names = "\n".join(f"{one.world} {one.name} {one.version}" for one in packages)
    bom.serial_number = uuid.uuid5(_OURS, names)
    made = json.loads(JsonV1Dot6(bom).output_as_string())
    return json.dumps(made, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
