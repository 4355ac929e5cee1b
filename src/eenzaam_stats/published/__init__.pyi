from .reference import persons as persons
