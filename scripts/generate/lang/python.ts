import type { ConstantBlock } from '../constants.js';
import type { Language, Release } from './language.js';
import type { Model } from './model.js';
import { docString, renderDeclaration, text } from './python-classes.js';
import { renderCodecs } from './python-codecs.js';
import { identifiers, pascalCase, upperCase } from './words.js';

const PACKAGE = 'iii_stream_types';

/** Frozen dataclasses and codecs, for Python 3.11 and its standard library. */
export const PYTHON: Language = {
  name: 'python',
  runtime: { [`${PACKAGE}/wire.py`]: 'wire.py', [`${PACKAGE}/objects.py`]: 'objects.py' },
  familyPath: (family) => `${PACKAGE}/${family}.py`,
  renderFamily,
  constantsPath: `${PACKAGE}/constants.py`,
  renderConstants,
  renderPackage,
};

function renderFamily(family: string, model: Model): string {
  const types = [...model.values()].map((each) => renderDeclaration(each).trim());
  return `"""The types of the family \`${family}\`: classes, and the codecs that read and write them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from . import objects, wire
from .wire import UNSET, Unknown, Unset


${types.join('\n\n\n')}


${renderCodecs(model)}`;
}

function renderConstants(blocks: readonly ConstantBlock[]): string {
  const classes = blocks.map(({ name, description, entries }) => {
    const base = entries.every(({ value }) => typeof value === 'number') ? 'IntEnum' : 'StrEnum';
    const names = identifiers(
      entries.map(({ key }) => key),
      upperCase,
    );
    const members = entries.map(({ key, value, description: meaning }) => {
      const literal = typeof value === 'number' ? String(value) : text(value);
      return `    ${names.get(key)} = ${literal}\n${docString(meaning, '    ')}`;
    });
    return `class ${pascalCase(name.toLowerCase())}(${base}):\n${docString(description, '    ')}\n${members.join('')}`;
  });
  return `"""Every id, tag and code that goes over a wire."""

from enum import IntEnum, StrEnum


${classes.join('\n\n')}`;
}

function renderPackage(families: readonly string[], release: Release): ReadonlyMap<string, string> {
  const modules = [...families, 'constants', 'wire'].sort();
  return new Map([
    [
      'pyproject.toml',
      `[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"

[project]
name = "iii-stream-types"
version = "${release.version}"
description = "The messages of iii-stream: types that read and write them exactly."
license = "${release.license}"
requires-python = ">=3.11"
dependencies = []

[tool.setuptools]
packages = ["${PACKAGE}"]

[tool.setuptools.package-data]
${PACKAGE} = ["py.typed"]
`,
    ],
    [
      `${PACKAGE}/__init__.py`,
      `"""The messages of iii-stream: types that read and write them exactly."""

from . import ${modules.join(', ')}
from .wire import UNSET, DecodeError, Unknown, Unset

__all__ = [${[...modules, 'UNSET', 'DecodeError', 'Unknown', 'Unset'].map(text).join(', ')}]
`,
    ],
    [`${PACKAGE}/py.typed`, ''],
  ]);
}
