import { type Play, seed } from '../scene.ts'

const upload: Play = {
  happy: (s) =>
    seed(
      'happy',
      100,
      `The uploaded ${s.one} can be opened`,
      [`${s.the} has a valid ${s.one} on their device`],
      `${s.the} ${s.does}`,
      [`the ${s.one} is listed with name and size`, 'opening it shows the same content as the original'],
    ),
  more: (s) => [
    seed(
      'failure',
      45,
      'A file of the wrong type is refused',
      [`a program file renamed to look like ${s.format === null ? s.an : `a ${s.format} file`}`],
      `${s.the} chooses it for upload`,
      ['it is refused because of its content, not its name', 'the accepted types are listed'],
    ),
    seed(
      'failure',
      42,
      'An interrupted upload leaves nothing half-done',
      ['half of the file has been transferred'],
      'the connection breaks',
      [`no incomplete ${s.one} is listed`, 'the upload can be resumed or started again'],
    ),
    ...(s.request.thing.name !== '' && /s$/.test(s.request.thing.name)
      ? [
          seed(
            'failure',
            39,
            'One bad file among good ones',
            [`${s.the} has chosen five ${s.many} and one of them is not readable`],
            'the upload ends',
            ['four are stored', 'the fifth is named with the reason'],
          ),
        ]
      : []),
    ...(/\b(?:photo|image|picture|avatar)/i.test(s.act)
      ? [
          seed(
            'boundary',
            40,
            'A phone picture is shown the right way up',
            ['a picture taken in portrait mode with a location stored in it'],
            `${s.the} uploads it`,
            ['it is shown upright', 'the location is not passed on to other people'],
          ),
        ]
      : []),
    seed(
      'failure',
      35,
      'The same name twice overwrites nothing',
      [`${s.an} with the same file name exists`],
      `${s.the} uploads another one`,
      ['both can be opened', 'the list tells them apart'],
    ),
  ],
}

const importing: Play = {
  happy: (s) =>
    seed(
      'happy',
      100,
      `Every valid row becomes one ${s.one}`,
      [`a file with three valid ${s.many}`],
      `${s.the} ${s.does}`,
      [`three new ${s.many} exist with the values of the file`, 'a report says "3 imported, 0 rejected"'],
    ),
  more: (s) => [
    seed(
      'failure',
      45,
      'A bad row is named and does not stop the others',
      ['row 2 of 3 lacks a required value'],
      `${s.the} imports the file`,
      ['rows 1 and 3 are imported', 'the report names row 2, the column and the reason'],
      /\b(?:invalid|bad|faulty|incomplete) (?:rows?|lines?|records?)\b/i,
    ),
    seed(
      'failure',
      43,
      'Importing the same file twice makes no doubles',
      ['the file has been imported before'],
      `${s.the} imports it again`,
      [`no ${s.one} exists twice`, 'the report says how many were already known'],
      /\b(?:duplicates?|already (?:exist|import)\w*)\b/i,
    ),
    seed(
      'failure',
      40,
      'Unknown columns are asked about',
      ['the file has a column the system does not know'],
      `${s.the} starts the import`,
      [`${s.the} can match or skip the column before anything is stored`],
    ),
    seed(
      'boundary',
      36,
      'A file with only a header',
      ['the file has a header row and no data'],
      `${s.the} imports it`,
      ['a message says that there is nothing to import', 'nothing is changed'],
    ),
  ],
}

export const files = { upload, import: importing }
